package dev.overwinter.activities.load;

import dev.overwinter.activities.archive.Manifest.ArchivedTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * What to load from which archive.
 *
 * @param directory the archive's own, which holds {@code manifest.json}
 * @param tables the tables to load, as {@code schema.table} by their names in the target; empty for
 *     all
 * @param truncate the name of the target database when tables with rows are to be emptied first,
 *     else null
 * @param mapping the file by which user ids are replaced as the archive's run did, or null to leave
 *     those of the source
 */
public record ImportOrder(Path directory, List<String> tables, String truncate, Path mapping) {
  public ImportOrder {
    Objects.requireNonNull(directory, "directory");
    tables = tables.stream().distinct().sorted().toList();
  }

  /** With the user ids of the source. */
  public ImportOrder(Path directory, List<String> tables, String truncate) {
    this(directory, tables, truncate, null);
  }

  boolean wants(ArchivedTable table) {
    return tables.isEmpty() || tables.contains(table.table().target().toString());
  }
}
