package dev.overwinter.sandbox.shortage;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that need real file systems which are full, and therefore Linux and the right to mount.
 * They run with {@code mvn -Preal verify}; elsewhere they are skipped, and say so.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("long")
@ExtendWith(SkippedWithoutSmallDisks.class)
@interface OnSmallDisks {}
