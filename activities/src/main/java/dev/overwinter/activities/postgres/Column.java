package dev.overwinter.activities.postgres;

import java.util.Objects;

/**
 * A column of a table.
 *
 * @param name the name
 * @param type the type as {@code format_type} prints it, with modifiers, schema-qualified where
 *     needed
 * @param baseType the name in {@code pg_type} of the type, or of the type below a domain, without
 *     schema and modifiers, such as {@code int4}, {@code _uuid}, {@code alert_severity}
 * @param outputFunction the type's output function, quoted and qualified for SQL; the text form of
 *     a value is what it returns
 * @param notNull whether NULL is refused
 * @param hasDefault whether a value is made when none is given (a default or identity)
 * @param generated whether the value is computed from other columns and cannot be written
 * @param identity {@code 'a'} for ALWAYS, {@code 'd'} for BY DEFAULT, or blank
 */
public record Column(
    String name,
    String type,
    String baseType,
    String outputFunction,
    boolean notNull,
    boolean hasDefault,
    boolean generated,
    char identity) {
  public Column {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(baseType, "baseType");
    Objects.requireNonNull(outputFunction, "outputFunction");
  }
}
