package dev.overwinter.bench;

import java.util.List;

/**
 * One run of one contender.
 *
 * @param contender its key
 * @param round in which it ran; what ran in the same round is compared
 * @param phases its phases, in order
 * @param residentBytes the most memory it held resident, or 0 when it does not say
 */
record Measurement(String contender, int round, List<Phase> phases, long residentBytes) {
  Measurement {
    phases = List.copyOf(phases);
  }

  /**
   * A part of the run.
   *
   * @param name its name
   * @param seconds by the clock
   * @param client seconds of processor time of the contender's own processes
   * @param source seconds of processor time of the source's server
   * @param target seconds of processor time of the target's server
   */
  record Phase(String name, double seconds, double client, double source, double target) {
    Phase times(double factor) {
      return new Phase(name, seconds * factor, client * factor, source * factor, target * factor);
    }
  }

  /** The same with some of its phases. */
  Measurement only(List<String> names) {
    return new Measurement(
        contender,
        round,
        phases.stream().filter(it -> names.contains(it.name())).toList(),
        residentBytes);
  }

  /** By the clock. */
  double seconds() {
    return phases.stream().mapToDouble(Phase::seconds).sum();
  }

  /** Of all processors, for contender and both servers. */
  double cpuSeconds() {
    return phases.stream().mapToDouble(it -> it.client() + it.source() + it.target()).sum();
  }
}
