package dev.overwinter.worker.settings;

import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.workflows.request.JsonInput;

/** Reads how many lanes a worker takes at one time. */
final class LaneSetting {
  private static final int MOST = 200;

  private LaneSetting() {}

  /** Unless told otherwise, as many as get a connection on either side. */
  static int read(JsonInput input, DatabaseSettings source, DatabaseSettings target) {
    int connections = Math.min(source.maxConnections(), target.maxConnections());
    int most = Math.max(1, connections - WorkerSettings.GUARD_CONNECTIONS);
    int lanes = (int) input.integer("lanes", most, 1, MOST);
    if (lanes > most) {
      input.problem(
          "lanes",
          "is %d, but there are connections for %d: each lane takes one on either side, and %d are kept for the freeze. Lower it, or raise source.maxConnections and target.maxConnections"
              .formatted(lanes, most, WorkerSettings.GUARD_CONNECTIONS));
    }
    return lanes;
  }
}
