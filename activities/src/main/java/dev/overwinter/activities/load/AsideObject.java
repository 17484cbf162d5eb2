package dev.overwinter.activities.load;

import dev.overwinter.activities.postgres.QualifiedName;
import java.util.ArrayList;
import java.util.List;

/**
 * One object of the target that is or was put aside.
 *
 * @param kind what it is
 * @param table the table it belongs to
 * @param name its own name, without schema
 * @param stage objects of a lower stage are restored first
 */
record AsideObject(Kind kind, QualifiedName table, String name, int stage) {
  /** Kinds of objects, by the word the ledger has for them. */
  enum Kind {
    INDEX("index"),
    /** A primary key or unique constraint; its index is an object of its own. */
    KEY("key"),
    FOREIGN_KEY("foreign key"),
    /** The proof that a foreign key holds, apart from the key: many can be made at one time. */
    VALIDATION("validation"),
    TRIGGER("trigger");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }

    static Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("unknown kind of object: " + word);
    }
  }

  /** The same objects in the same order, so many together at most. */
  static List<List<AsideObject>> inGroups(List<AsideObject> objects, int most) {
    List<List<AsideObject>> groups = new ArrayList<>();
    for (int from = 0; from < objects.size(); from += most) {
      groups.add(objects.subList(from, Math.min(from + most, objects.size())));
    }
    return groups;
  }

  /** For people. */
  @Override
  public String toString() {
    return "%s %s of %s".formatted(kind.word(), name, table);
  }
}
