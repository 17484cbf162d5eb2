package dev.overwinter.sandbox.real;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that need the real Supabase Auth, also known as GoTrue: the program that {@code GOTRUE}
 * names. They run with {@code mvn -Preal verify}; without it they are skipped, and say so.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("real")
@ExtendWith(SkippedWithoutGoTrue.class)
@interface OnGoTrue {}
