package dev.overwinter.activities.remap;

/**
 * The UUIDs that one column holds.
 *
 * @param known ids of carried users that can be replaced
 * @param mixedCase ids of carried users whose letters are partly upper and partly lower case; they
 *     cannot be replaced so that the old spelling could be told again
 * @param notCarried ids of users who get no account
 * @param strangers other UUIDs
 * @param embedded ids of carried users inside longer text, which stay as they are
 */
record IdCounts(long known, long mixedCase, long notCarried, long strangers, long embedded) {
  static final IdCounts NONE = new IdCounts(0, 0, 0, 0, 0);

  /** What two ranges of one column hold. */
  IdCounts plus(IdCounts other) {
    return new IdCounts(
        known + other.known,
        mixedCase + other.mixedCase,
        notCarried + other.notCarried,
        strangers + other.strangers,
        embedded + other.embedded);
  }

  /** Ids that stand alone and are those of users. */
  long ofUsers() {
    return known + mixedCase + notCarried;
  }

  /**
   * Ids that refer to people and will lead nowhere.
   *
   * @param certain whether the column is known to hold user ids only; where users are at least
   *     half, all the others are taken for users who are gone
   */
  long unknown(boolean certain) {
    boolean mostlyUsers = ofUsers() > 0 && ofUsers() >= strangers;
    return mixedCase + notCarried + (certain || mostlyUsers ? strangers : 0);
  }
}
