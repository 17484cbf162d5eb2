package dev.overwinter.worker.command;

import dev.overwinter.worker.temporal.DevelopmentServer;
import dev.overwinter.worker.temporal.LocalTemporal;
import dev.overwinter.worker.temporal.TemporalUnavailableException;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Chooses the Temporal service that is started where none was named. */
final class LocalTemporals {
  private LocalTemporals() {}

  static LocalTemporal choose(Map<String, String> environment) {
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
