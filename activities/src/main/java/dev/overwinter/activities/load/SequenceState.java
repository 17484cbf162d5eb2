package dev.overwinter.activities.load;

/**
 * Where a sequence stands.
 *
 * @param lastValue the last value given, or the first to be given
 * @param called whether {@code lastValue} was given already
 */
record SequenceState(long lastValue, boolean called) {

  /** The one of two states from which no value of the other is given again. */
  SequenceState furthest(SequenceState other, boolean ascending) {
    if (lastValue == other.lastValue) {
      return called ? this : other;
    }
    return (lastValue > other.lastValue) == ascending ? this : other;
  }
}
