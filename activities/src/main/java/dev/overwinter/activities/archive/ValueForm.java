package dev.overwinter.activities.archive;

import java.util.Locale;

/**
 * How the values of a column are written in JSON. Every form gives back exactly PostgreSQL's text
 * form; what a form does not fit is written as a string.
 */
public enum ValueForm {
  /** A number, digit by digit as PostgreSQL prints it; NaN and infinities as strings. */
  NUMBER,
  /** {@code true} or {@code false}. */
  BOOLEAN,
  /** {@code "2026-01-02T03:04:05.678901"}, for the years 0 to 9999 of our era. */
  TIMESTAMP,
  /** {@code "2026-01-02T03:04:05.678901Z"}, for the years 0 to 9999 of our era. */
  TIMESTAMP_WITH_ZONE,
  /** The document itself, byte by byte, where it fits into a line. */
  JSON,
  /** A string. */
  TEXT;

  /**
   * The form that the manifest spells so.
   *
   * @throws IllegalArgumentException when there is none
   */
  static ValueForm ofJsonName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** As the manifest spells it. */
  String jsonName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The form for values that an output function prints. The function is asked, not the type's name:
   * a domain has the function of the type below, and an application's own type may be called {@code
   * json}.
   *
   * @param outputFunction quoted and qualified for SQL
   */
  public static ValueForm of(String outputFunction) {
    return switch (outputFunction) {
      case "pg_catalog.int2out",
          "pg_catalog.int4out",
          "pg_catalog.int8out",
          "pg_catalog.numeric_out",
          "pg_catalog.float4out",
          "pg_catalog.float8out" ->
          NUMBER;
      case "pg_catalog.boolout" -> BOOLEAN;
      case "pg_catalog.timestamp_out" -> TIMESTAMP;
      case "pg_catalog.timestamptz_out" -> TIMESTAMP_WITH_ZONE;
      case "pg_catalog.json_out", "pg_catalog.jsonb_out" -> JSON;
      default -> TEXT;
    };
  }
}
