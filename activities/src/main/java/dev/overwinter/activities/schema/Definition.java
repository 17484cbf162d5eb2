package dev.overwinter.activities.schema;

import java.util.List;

/**
 * How an object is made, in the words of the server that has it.
 *
 * @param key what it is there
 * @param kind what kind it is
 * @param address what it is on any server
 * @param belongsTo the table or view it is created with and goes with, or null
 * @param recorded whether it is to be dropped by itself when it is undone
 * @param statements create it; null when the server cannot say how
 * @param afterwards what is said of it once everything is there
 * @param afterwardsWith the table that must have been created for that, or null
 * @param roles roles that it names
 */
record Definition(
    ObjectKey key,
    Kind kind,
    Address address,
    ObjectKey belongsTo,
    boolean recorded,
    List<String> statements,
    List<String> afterwards,
    ObjectKey afterwardsWith,
    List<String> roles) {
  Definition {
    statements = statements == null ? null : List.copyOf(statements);
    afterwards = List.copyOf(afterwards);
    roles = List.copyOf(roles);
  }

  /**
   * What names an object on any server, as {@code pg_identify_object_as_address} gives it.
   *
   * @param type such as {@code table} or {@code function}
   * @param identity for people and for SQL, with schema and quotes
   */
  record Address(String type, String identity, List<String> names, List<String> arguments) {
    Address {
      names = List.copyOf(names);
      arguments = List.copyOf(arguments);
    }

    /** For people, such as {@code function public.touch()}. */
    @Override
    public String toString() {
      return type + " " + identity;
    }
  }
}
