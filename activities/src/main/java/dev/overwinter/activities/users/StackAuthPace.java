package dev.overwinter.activities.users;

import java.time.Duration;

/**
 * How patient this program is with Stack Auth.
 *
 * @param writeTimeout after which a request counts as lost; the service itself tries a failing
 *     write for up to ten seconds
 * @param firstBackOff pause after a first 429 that names none, doubled with each further one
 * @param longestBackOff upper limit of any pause, also of one that the service names
 * @param settleTime how long after a request was sent it may still take effect; only then does "not
 *     found" mean "not created". Longer than the write time-out.
 * @param patience how long every request may be refused with 429 before the step gives up
 */
public record StackAuthPace(
    Duration writeTimeout,
    Duration firstBackOff,
    Duration longestBackOff,
    Duration settleTime,
    Duration patience) {

  /** For a service that real people use. */
  public static StackAuthPace standard() {
    return new StackAuthPace(
        Duration.ofSeconds(30),
        Duration.ofSeconds(1),
        Duration.ofSeconds(60),
        Duration.ofSeconds(45),
        Duration.ofMinutes(10));
  }
}
