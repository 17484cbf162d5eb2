package dev.overwinter.sandbox.real;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that look at the web UI of the real Temporal in a headless Chromium: the one that {@code
 * tools/browser} finds or installs. Without it they are skipped, and say so.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@OnRealTemporal
@ExtendWith(SkippedWithoutChromium.class)
public @interface InChromium {}
