package dev.overwinter.activities.remap;

/**
 * The UUIDs that one column holds.
 *
 * @param known ids of carried users that can be replaced
 * @param mixedCase ids of carried users whose letters are partly upper and partly lower case; they
 *     cannot be replaced so that the old spelling could be told again
 * @param strangers other UUIDs
 * @param embedded ids of carried users inside longer text, which stay as they are
 */
record IdCounts(long known, long mixedCase, long strangers, long embedded) {
  static final IdCounts NONE = new IdCounts(0, 0, 0, 0);

  boolean areMostlyUsers() {
    return known + mixedCase > 0 && known + mixedCase >= strangers;
  }
}
