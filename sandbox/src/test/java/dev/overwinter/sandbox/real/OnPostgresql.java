package dev.overwinter.sandbox.real;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that need PostgreSQL's own programs or pg_cron: those that {@code POSTGRESQL_BIN} names or
 * that {@code tools/postgresql} finds or installs. They run with {@code mvn -Preal verify}; without
 * the programs they are skipped, and say so.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("real")
@ExtendWith(SkippedWithoutPostgresql.class)
public @interface OnPostgresql {}
