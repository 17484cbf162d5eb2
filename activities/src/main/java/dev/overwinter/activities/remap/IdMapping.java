package dev.overwinter.activities.remap;

/**
 * Which new id each old id becomes, in one array of longs: 64 bytes a person, so a million people
 * take 64 MB, once in a process however many lanes it has. Immutable once built, thread-safe then.
 */
final class IdMapping {
  private static final int LONGS = 4;

  /** Old high, old low, new high, new low; a slot is free while its new id is all zeros. */
  private final long[] slots;

  private final int capacity;

  private IdMapping(int people) {
    // Half of the slots stay free, so that a search ends after one or two.
    capacity = Math.max(1, Math.multiplyExact(people, 2));
    slots = new long[Math.multiplyExact(capacity, LONGS)];
  }

  /**
   * Where an old id is.
   *
   * @return to be given to {@link #newHigh} and {@link #newLow}, or -1 when it is nobody's
   */
  int find(long oldHigh, long oldLow) {
    int at = slotOf(oldHigh, oldLow);
    return isFree(at) ? -1 : at;
  }

  /** The first 64 bits of the new id. */
  long newHigh(int at) {
    return slots[at + 2];
  }

  /** The last 64 bits of the new id. */
  long newLow(int at) {
    return slots[at + 3];
  }

  /** The slot that holds the id, or the free one where it would go. */
  private int slotOf(long high, long low) {
    long hash = (high ^ Long.rotateLeft(low, 29)) * 0x9E3779B97F4A7C15L;
    hash = (hash ^ hash >>> 32) * 0xD6E8FEB86659FD93L;
    int slot = (int) ((hash >>> 32) * capacity >>> 32);
    while (true) {
      int at = slot * LONGS;
      if (isFree(at) || slots[at] == high && slots[at + 1] == low) {
        return at;
      }
      slot = slot + 1 == capacity ? 0 : slot + 1;
    }
  }

  private boolean isFree(int at) {
    return slots[at + 2] == 0 && slots[at + 3] == 0;
  }

  /** Collects a mapping whose size is known. */
  static final class Builder {
    private final IdMapping mapping;
    private int left;

    /**
     * @param people how many entries will come
     * @throws ArithmeticException above 268 million, more than an array can hold
     */
    Builder(int people) {
      mapping = new IdMapping(people);
      left = people;
    }

    /**
     * Adds one entry.
     *
     * @throws IllegalArgumentException when the old id is there already, the new id is all zeros,
     *     or there are more entries than announced
     */
    void add(long oldHigh, long oldLow, long newHigh, long newLow) {
      int at = mapping.slotOf(oldHigh, oldLow);
      if (!mapping.isFree(at) || newHigh == 0 && newLow == 0 || left == 0) {
        throw new IllegalArgumentException("not an entry of a mapping that is one to one");
      }
      mapping.slots[at] = oldHigh;
      mapping.slots[at + 1] = oldLow;
      mapping.slots[at + 2] = newHigh;
      mapping.slots[at + 3] = newLow;
      left--;
    }

    IdMapping build() {
      return mapping;
    }
  }
}
