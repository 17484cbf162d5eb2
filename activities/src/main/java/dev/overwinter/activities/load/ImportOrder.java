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
 */
public record ImportOrder(Path directory, List<String> tables, String truncate) {
  public ImportOrder {
    Objects.requireNonNull(directory, "directory");
    tables = tables.stream().distinct().sorted().toList();
  }

  boolean wants(ArchivedTable table) {
    return tables.isEmpty() || tables.contains(table.table().target().toString());
  }
}
