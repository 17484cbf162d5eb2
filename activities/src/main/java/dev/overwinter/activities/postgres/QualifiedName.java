package dev.overwinter.activities.postgres;

import java.util.Objects;

/**
 * The name of a table or another object in a schema, as the catalog spells it.
 *
 * @param schema the schema
 * @param name the object
 */
public record QualifiedName(String schema, String name) implements Comparable<QualifiedName> {
  public QualifiedName {
    Objects.requireNonNull(schema, "schema");
    Objects.requireNonNull(name, "name");
  }

  /** Quoted for SQL, whatever characters it has. */
  public String sql() {
    return quote(schema) + "." + quote(name);
  }

  /** An identifier quoted for SQL. */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** For people: {@code schema.name}. */
  @Override
  public String toString() {
    return schema + "." + name;
  }

  @Override
  public int compareTo(QualifiedName other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema != 0 ? bySchema : name.compareTo(other.name);
  }
}
