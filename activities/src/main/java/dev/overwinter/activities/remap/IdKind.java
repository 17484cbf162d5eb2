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

  /**
   * How a column would hold user ids, or empty when values of its type cannot be replaced. Goes by
   * the output function where it can, for anybody may give a type of his own the name {@code json}.
   */
  public static Optional<IdKind> of(Column column) {
    String function = column.outputFunction();
    return Optional.ofNullable(
        switch (function.substring(function.lastIndexOf('.') + 1)) {
          case "uuid_out" -> UUID;
          case "textout", "varcharout", "bpcharout", "citextout" -> TEXT;
          case "json_out", "jsonb_out" -> JSON;
          case "array_out" -> ofArray(column.baseType());
          default -> null;
        });
  }

  private static IdKind ofArray(String type) {
    return switch (type) {
      case "_uuid" -> UUID_ARRAY;
      case "_text", "_varchar", "_bpchar", "_citext" -> TEXT_ARRAY;
      default -> null;
    };
  }
}
