package dev.overwinter.sandbox.practice;

import dev.overwinter.sandbox.traffic.LiveWrite;
import dev.overwinter.sandbox.traffic.LiveWrite.Outcome;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Whether the application can write, seen as its users see it. Looks at its own tables only:
 * sign-ins go on while frozen. Reports may come from any thread; news are asked for by one.
 */
final class TrafficNews {
  private final LongAdder accepted = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private long acceptedBefore;
  private long refusedBefore;
  private Boolean writing;

  void report(LiveWrite write) {
    if (write.table().startsWith("public.")) {
      (write.outcome() == Outcome.ACCEPTED ? accepted : refused).increment();
    }
  }

  /** What is new since it was asked last, as a sentence. */
  Optional<String> next() {
    long taken = accepted.sum();
    long turnedAway = refused.sum();
    boolean takes = taken > acceptedBefore;
    boolean turnsAway = turnedAway > refusedBefore;
    acceptedBefore = taken;
    refusedBefore = turnedAway;
    // Both at once is the moment in which the tables are frozen or freed one after the other.
    if (takes == turnsAway || writing != null && writing == takes) {
      return Optional.empty();
    }
    writing = takes;
    return Optional.of(
        takes
            ? "The application writes to the source."
            : "The source refuses the application's writes; %,d rows were taken until now."
                .formatted(taken));
  }
}
