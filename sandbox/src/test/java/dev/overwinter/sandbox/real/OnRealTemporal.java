package dev.overwinter.sandbox.real;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that need the real Temporal: the tool that {@code TEMPORAL_CLI} names, that stands on the
 * {@code PATH}, or that {@code tools/temporal-cli} has got. They run with {@code mvn -Preal
 * verify}; without the tool they are skipped, and say so.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("real")
@ExtendWith(SkippedWithoutTool.class)
public @interface OnRealTemporal {}
