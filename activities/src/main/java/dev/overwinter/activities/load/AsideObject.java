package dev.overwinter.activities.load;

import dev.overwinter.activities.postgres.QualifiedName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One object of the target that is or was put aside.
 *
 * @param kind what it is
 * @param table the table it belongs to
 * @param name its own name, without schema
 * @param stage objects of a lower stage are restored first
 * @param brief whether its restoration takes no time, whatever rows there are
 */
record AsideObject(Kind kind, QualifiedName table, String name, int stage, boolean brief) {
  /** So many may share a transaction. */
  private static final int GROUP = 50;

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

  /**
   * The same objects in the same order, those that share a transaction together: those that take no
   * time by fifties, and each other alone, so that no more than one has to be done again.
   */
  static List<List<AsideObject>> inGroups(
      List<AsideObject> objects, Predicate<AsideObject> takesNoTime) {
    List<List<AsideObject>> groups = new ArrayList<>();
    for (AsideObject object : objects) {
      List<AsideObject> last = groups.isEmpty() ? List.of() : groups.get(groups.size() - 1);
      if (takesNoTime.test(object)
          && !last.isEmpty()
          && takesNoTime.test(last.get(0))
          && last.size() < GROUP) {
        last.add(object);
      } else {
        groups.add(new ArrayList<>(List.of(object)));
      }
    }
    return groups;
  }

  /** For people. */
  @Override
  public String toString() {
    return "%s %s of %s".formatted(kind.word(), name, table);
  }
}
