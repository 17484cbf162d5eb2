package dev.overwinter.activities.preflight;

import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.preflight.Check.Needs;
import dev.overwinter.workflows.steps.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Whether there is room: connections on both sides and space for the archive. */
final class CapacityChecks {
  /** Beside the lanes: the lease, the proof of the freeze, and the users' reader. */
  private static final int OTHER_CONNECTIONS = 3;

  private static final String FREE_CONNECTIONS =
      """
      SELECT least(
               current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                 - (SELECT count(*) FROM pg_stat_activity WHERE backend_type IS NULL OR backend_type = 'client backend'),
               (SELECT nullif(d.datconnlimit, -1) - (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid)
                  FROM pg_database d WHERE d.datname = current_database()),
               (SELECT nullif(r.rolconnlimit, -1) - (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid)
                  FROM pg_roles r WHERE r.rolname = current_user))
      """;

  private static final long MEGABYTE = 1_000_000;
  private static final long GIGABYTE = 1_000 * MEGABYTE;

  private final Path archive;

  CapacityChecks(Path archive) {
    this.archive = archive;
  }

  List<Check> all() {
    return List.of(
        new Check(
            "the source's free connections",
            Needs.SOURCE,
            look -> connections(look, look.source(), "source")),
        new Check(
            "the target's free connections",
            Needs.TARGET,
            look -> connections(look, look.target(), "target")),
        new Check("the archive directory", Needs.NOTHING, this::archiveDirectory),
        new Check("space for the archive", Needs.SOURCE, this::archiveSpace));
  }

  private static List<Finding> connections(Look look, Connection side, String name)
      throws SQLException {
    long free = Long.parseLong(look.ask(side, FREE_CONNECTIONS).get(0)[0]);
    long needed = look.request().copy().lanes() + OTHER_CONNECTIONS;
    return free >= needed
        ? List.of()
        : List.of(
            Finding.blocker(
                name,
                "The %s has %d connections left; %d lanes need %d."
                    .formatted(name, Math.max(0, free), look.request().copy().lanes(), needed),
                "Lower copy.lanes in the request, end other clients, or raise max_connections."));
  }

  private List<Finding> archiveDirectory(Look look) {
    Path existing = nearestExisting();
    if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
      return List.of(
          Finding.blocker(
              "archive",
              "The archive directory %s cannot be written.".formatted(archive.toAbsolutePath()),
              "Make it writable for the worker, or name another in OVERWINTER_ARCHIVE_DIRECTORY."));
    }
    return List.of();
  }

  private List<Finding> archiveSpace(Look look) throws SQLException {
    Path existing = nearestExisting();
    if (existing == null || !look.request().copy().archive()) {
      return List.of();
    }
    long bytes = look.sourceTables().stream().mapToLong(Table::bytes).sum();
    // Names of columns are written with every row; until it is loaded it lies there in binary, too.
    long needed = 2 * bytes + bytes / 2;
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      if (free < needed) {
        return List.of(
            Finding.blocker(
                "archive",
                "The archive directory has %s free; the export may need %s."
                    .formatted(readable(free), readable(needed)),
                "Free space there, name another directory in OVERWINTER_ARCHIVE_DIRECTORY, or set copy.archive to false."));
      }
    } catch (IOException e) {
      return List.of(
          Finding.warning(
              "archive",
              "How much space the archive directory has cannot be told; the export may need %s."
                  .formatted(readable(needed)),
              "See to it by hand."));
    }
    return List.of();
  }

  private Path nearestExisting() {
    Path path = archive.toAbsolutePath();
    while (path != null && !Files.exists(path)) {
      path = path.getParent();
    }
    return path;
  }

  private static String readable(long bytes) {
    return bytes < GIGABYTE
        ? "%d MB".formatted(Math.round(bytes / (double) MEGABYTE))
        : String.format(Locale.ROOT, "%.1f GB", bytes / (double) GIGABYTE);
  }
}
