package dev.overwinter.activities.remap;

import dev.overwinter.activities.postgres.Column;
import java.util.Optional;

/** How a column holds user ids. */
public enum IdKind {
  /** One id, as {@code uuid} or a domain over it. */
  UUID,
  /** Any number of ids, as {@code uuid[]} of any shape. */
  UUID_ARRAY,
  /** One id, as text of some type that is nothing but a UUID in its canonical form. */
  TEXT,
  /** Text elements, of which those count that are nothing but a UUID. */
  TEXT_ARRAY,
  /** A document, of which those strings and keys count that are nothing but a UUID. */
  JSON;

  /** How a column would hold user ids, or empty when values of its type cannot be replaced. */
  public static Optional<IdKind> of(Column column) {
    return Optional.ofNullable(
        switch (column.baseType()) {
          case "uuid" -> UUID;
          case "_uuid" -> UUID_ARRAY;
          case "text", "varchar", "bpchar", "citext" -> TEXT;
          case "_text", "_varchar", "_bpchar", "_citext" -> TEXT_ARRAY;
          case "json", "jsonb" -> JSON;
          default -> null;
        });
  }
}
