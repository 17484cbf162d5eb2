package dev.overwinter.activities.archive;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import java.util.List;
import java.util.Objects;

/**
 * A range of pages of a relation of one table.
 *
 * @param table the table
 * @param number its number among the table's chunks, from 1
 * @param leaf the relation that holds the rows: the table or a partition
 * @param leafFile the relation's {@code pg_relation_filenode}, 0 for one without storage; pages
 *     mean nothing in another file
 * @param firstPage the first page
 * @param endPage the page after the last, or null when the range goes to the relation's end
 * @param bytes about how many bytes it covers
 * @param partFile its file in the archive, below the run's directory, with {@code /} between names
 * @param part what was exported, or null when it was not exported yet
 * @param wireTypes how the values of each column travel in binary; null when the table's rows
 *     travel as text
 * @param rows the file of its rows in binary, which is there until they are loaded, or null when
 *     they travel as text or were not exported yet
 */
public record Chunk(
    CopiedTable table,
    int number,
    QualifiedName leaf,
    long leafFile,
    long firstPage,
    Long endPage,
    long bytes,
    String partFile,
    ExportedPart part,
    List<WireType> wireTypes,
    BinaryRows rows) {
  public Chunk {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(leaf, "leaf");
    Objects.requireNonNull(partFile, "partFile");
    wireTypes = wireTypes == null ? null : List.copyOf(wireTypes);
  }

  /** The same chunk with other files. */
  Chunk exportedAs(ExportedPart newPart, BinaryRows newRows) {
    return new Chunk(
        table, number, leaf, leafFile, firstPage, endPage, bytes, partFile, newPart, wireTypes,
        newRows);
  }

  /**
   * The same chunk, of which rows went straight from the source into the target.
   *
   * @param digest of its rows in the source
   */
  public Chunk carriedAs(TableDigest digest) {
    return exportedAs(ExportedPart.withoutFile(digest), null);
  }

  /** Whether its rows travel in COPY's binary format. */
  public boolean isBinary() {
    return wireTypes != null;
  }

  /** For people. */
  @Override
  public String toString() {
    return "%s, chunk %d".formatted(table.source(), number);
  }
}
