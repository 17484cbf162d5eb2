package dev.overwinter.sandbox.real;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that need a Docker engine and the image of {@link PostgresImage}. They run with {@code mvn
 * -Preal verify}; without either they are skipped, and say so. Nothing is downloaded.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("real")
@ExtendWith(SkippedWithoutImage.class)
@interface OnDocker {}
