package dev.overwinter.sandbox.stackauth;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * What goes wrong at a {@link StackAuthStandIn}, and how often. Changeable while the server runs;
 * thread-safe.
 */
public final class StandInFaults {
  /** One way in which a request fails. */
  public enum Fault {
    TOO_MANY_REQUESTS_WITH_RETRY_AFTER,
    TOO_MANY_REQUESTS,
    SERVER_ERROR_BEFORE_EFFECT,
    SERVER_ERROR_AFTER_EFFECT,
    CUT_BEFORE_EFFECT,
    /** The client cannot know that its request was carried out. */
    CUT_AFTER_EFFECT,
    SLOW_REPLY
  }

  private final Random random;
  private final Map<Fault, Double> probabilities = new EnumMap<>(Fault.class);
  private final List<OneShot> oneShots = new ArrayList<>();
  private final Deque<Long> recentRequests = new ArrayDeque<>();
  private Duration slowReply = Duration.ofMillis(200);
  private Duration unknownEmailPause = Duration.ofMillis(2500);
  private int requestsPerWindow = Integer.MAX_VALUE;
  private Duration window = Duration.ofSeconds(10);
  private boolean rateLimitNamesDelay;

  /** Nothing fails until told; the same seed makes the same choices in the same order. */
  public StandInFaults(long seed) {
    random = new Random(seed);
  }

  /** Makes each request below {@code /api/v1} fail this way with the given probability. */
  public synchronized StandInFaults probability(Fault fault, double probability) {
    if (probability < 0 || probability > 1) {
      throw new IllegalArgumentException("A probability lies between 0 and 1: " + probability);
    }
    probabilities.put(fault, probability);
    return this;
  }

  /**
   * Makes exactly one coming request of the route fail; several calls queue up.
   *
   * @param route method and path template, such as {@code POST /users} or {@code GET /users/{id}}
   */
  public synchronized StandInFaults once(Fault fault, String route) {
    oneShots.add(new OneShot(fault, route));
    return this;
  }

  /** How long {@link Fault#SLOW_REPLY} takes. */
  public synchronized StandInFaults slowReply(Duration duration) {
    slowReply = duration;
    return this;
  }

  /** How long a reset mail to an unknown address takes; the real service waits 2 to 3 seconds. */
  public synchronized StandInFaults unknownEmailPause(Duration duration) {
    unknownEmailPause = duration;
    return this;
  }

  /**
   * Answers 429 to requests beyond this number in any window of this length, every other time with
   * a Retry-After. A service in development mode allows 100 in 10 seconds.
   */
  public synchronized StandInFaults rateLimit(int requests, Duration duringAny) {
    requestsPerWindow = requests;
    window = duringAny;
    return this;
  }

  /** Back to a service without faults and limits. */
  public synchronized void clear() {
    probabilities.clear();
    oneShots.clear();
    requestsPerWindow = Integer.MAX_VALUE;
  }

  synchronized Optional<Fault> next(String route) {
    Iterator<OneShot> shots = oneShots.iterator();
    while (shots.hasNext()) {
      OneShot shot = shots.next();
      if (shot.route.equals(route)) {
        shots.remove();
        return Optional.of(shot.fault);
      }
    }
    Fault chosen = null;
    for (Map.Entry<Fault, Double> entry : probabilities.entrySet()) {
      if (chosen == null && random.nextDouble() < entry.getValue()) {
        chosen = entry.getKey();
      }
    }
    return Optional.ofNullable(chosen);
  }

  /** The 429 to answer with when this request is one too many. */
  synchronized Optional<Fault> overLimit() {
    if (requestsPerWindow == Integer.MAX_VALUE) {
      return Optional.empty();
    }
    long now = System.nanoTime();
    while (!recentRequests.isEmpty() && now - recentRequests.peekFirst() > window.toNanos()) {
      recentRequests.removeFirst();
    }
    if (recentRequests.size() < requestsPerWindow) {
      recentRequests.addLast(now);
      return Optional.empty();
    }
    rateLimitNamesDelay = !rateLimitNamesDelay;
    return Optional.of(
        rateLimitNamesDelay ? Fault.TOO_MANY_REQUESTS_WITH_RETRY_AFTER : Fault.TOO_MANY_REQUESTS);
  }

  void pauseForUnknownEmail() {
    sleep(unknownEmailPause());
  }

  void pauseForSlowReply() {
    sleep(slowReply());
  }

  private synchronized Duration unknownEmailPause() {
    return unknownEmailPause;
  }

  private synchronized Duration slowReply() {
    return slowReply;
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private record OneShot(Fault fault, String route) {}
}
