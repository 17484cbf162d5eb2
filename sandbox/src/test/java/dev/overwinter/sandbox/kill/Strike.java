package dev.overwinter.sandbox.kill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * When a process dies, counted in the messages that it sends to its databases.
 *
 * @param message at which, counted from 1 over all connections; beyond the last one it lives
 * @param delivered whether the server still gets that message, and executes what it asks for
 * @param later how long after the delivery the blow falls
 */
record Strike(int message, boolean delivered, Duration later) {
  /** No blow at all. */
  static final Strike NONE = new Strike(Integer.MAX_VALUE, false, Duration.ZERO);

  private static final int LATEST_MILLIS = 30;

  /**
   * Strikes all over a program, without end. They are dealt by kinds of statements, each once
   * before any comes again, so that one which is executed once is met as often as one that is
   * executed for every table; which of them it is, is random. Half of them are not delivered, and a
   * quarter falls while the server is at work.
   *
   * @param sent the kind of each message, when nobody was killed
   */
  static Iterator<Strike> anywhere(List<String> sent, Random random) {
    List<String> kinds = new ArrayList<>();
    return Stream.generate(
            () -> {
              if (kinds.isEmpty()) {
                kinds.addAll(sent.stream().distinct().toList());
                Collections.shuffle(kinds, random);
              }
              return at(kinds.remove(0), sent, random);
            })
        .iterator();
  }

  private static Strike at(String kind, List<String> sent, Random random) {
    int[] messages =
        IntStream.rangeClosed(1, sent.size())
            .filter(message -> sent.get(message - 1).equals(kind))
            .toArray();
    boolean delivered = random.nextBoolean();
    int later = delivered && random.nextBoolean() ? random.nextInt(LATEST_MILLIS) : 0;
    return new Strike(
        messages[random.nextInt(messages.length)], delivered, Duration.ofMillis(later));
  }
}
