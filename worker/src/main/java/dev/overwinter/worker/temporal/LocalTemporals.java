package dev.overwinter.worker.temporal;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Chooses the Temporal service that is started where none was named. */
public final class LocalTemporals {
  private LocalTemporals() {}

  /**
   * The real development server where its tool is found, else what else there is.
   *
   * @param environment where {@code TEMPORAL_CLI} and {@code PATH} are looked for
   * @throws TemporalUnavailableException when there is none
   */
  public static LocalTemporal choose(Map<String, String> environment) {
    Stream<LocalTemporal> real = Stream.of(new DevelopmentServer(environment));
    Stream<LocalTemporal> others =
        ServiceLoader.load(LocalTemporal.class).stream().map(ServiceLoader.Provider::get);
    return Stream.concat(real, others)
        .filter(LocalTemporal::isAvailable)
        .findFirst()
        .orElseThrow(
            () ->
                new TemporalUnavailableException(
                    "no Temporal service: set TEMPORAL_ADDRESS to one, or install Temporal's command line tool and set TEMPORAL_CLI to its path"));
  }
}
