package dev.overwinter.activities.archive;

import dev.overwinter.activities.Measure;
import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.postgres.BinaryText;
import dev.overwinter.activities.postgres.CopyBinaryReader;
import dev.overwinter.activities.postgres.RowDigest;
import dev.overwinter.activities.postgres.WireType;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.postgresql.copy.CopyOut;

/**
 * Makes three things of one chunk that the source sends in COPY's binary format: the digest of its
 * rows, the part for people, and a file of the same rows for the target. Not thread-safe.
 */
final class BinaryExport {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final Chunk chunk;
  private final LaneProgress progress;
  private final WireType[] types;

  /** The field that holds the text form of a column that Java does not read, else the column's. */
  private final int[] textFields;

  private final int fields;
  private final BinaryText text = new BinaryText();
  private final RowDigest digest = new RowDigest();

  BinaryExport(Chunk chunk, LaneProgress progress) {
    this.chunk = chunk;
    this.progress = progress;
    this.types = chunk.wireTypes().toArray(WireType[]::new);
    this.textFields = IntStream.range(0, types.length).toArray();
    int field = types.length;
    for (int column = 0; column < types.length; column++) {
      if (types[column] == WireType.OTHER) {
        textFields[column] = field++;
      }
    }
    this.fields = field;
  }

  /**
   * The query to be sent in binary: the copied values, and after them once more as text those that
   * Java does not read.
   */
  static String select(Chunk chunk, String select) {
    List<Integer> others =
        IntStream.range(0, chunk.wireTypes().size())
            .filter(column -> chunk.wireTypes().get(column) == WireType.OTHER)
            .boxed()
            .toList();
    if (others.isEmpty()) {
      return select;
    }
    String columns =
        IntStream.range(0, chunk.wireTypes().size())
            .mapToObj(column -> "c" + column)
            .collect(Collectors.joining(", "));
    // Of the type's output function, as COPY prints it in text format.
    Stream<String> texts = others.stream().map("pg_catalog.format('%%s', q.c%d)"::formatted);
    return "SELECT q.*, %s FROM (%s) q (%s)"
        .formatted(texts.collect(Collectors.joining(", ")), select, columns);
  }

  /**
   * Reads all rows and writes them.
   *
   * @param people the part for people, or null for none
   */
  ChunkExporter.Export write(CopyOut copy, FileOutputStream people, FileOutputStream rowsFile)
      throws SQLException, IOException {
    PartStream part = people == null ? null : new PartStream(chunk.partFile(), people);
    MessageDigest rowsSha256 = Sha256.newDigest();
    JsonRowWriter json =
        people == null ? null : new JsonRowWriter(part.stream(), chunk.table().columns());
    OutputStream rows =
        new BufferedOutputStream(new DigestOutputStream(rowsFile, rowsSha256), BUFFER_BYTES);
    CountedMessages messages = new CountedMessages(copy, progress);
    CopyBinaryReader reader = new CopyBinaryReader(messages, fields, Integer.MAX_VALUE);
    RowCounter counter = new RowCounter(progress, Measure.ROWS_EXPORTED);
    rows.write(CopyBinaryReader.header());
    while (reader.next()) {
      digestRow(reader);
      if (json != null) {
        writeRow(reader, json);
      }
      copyRow(reader, rows);
      counter.add(1);
    }
    counter.flush();
    rows.write(CopyBinaryReader.trailer());
    rows.flush();
    if (json != null) {
      json.flush();
    }
    ChunkExporter.requireAllRows(copy, chunk, digest.digest().rows());
    return new ChunkExporter.Export(
        people == null ? ExportedPart.withoutFile(digest.digest()) : part.end(digest.digest()),
        new BinaryRows(
            rowsFile.getChannel().position(), HexFormat.of().formatHex(rowsSha256.digest())),
        messages.bytes());
  }

  private void digestRow(CopyBinaryReader row) {
    digest.beginRow(types.length);
    for (int column = 0; column < types.length; column++) {
      if (row.isNull(column)) {
        digest.nullValue(types[column].oid());
      } else {
        int field = textFields[column];
        digest.value(types[column].oid(), row.bytes(), row.start(field), row.length(field));
      }
    }
    digest.endRow();
  }

  private void writeRow(CopyBinaryReader row, JsonRowWriter json) throws IOException {
    for (int column = 0; column < types.length; column++) {
      int field = textFields[column];
      if (row.isNull(column)) {
        json.nullValue(column);
      } else if (types[column] == WireType.OTHER) {
        json.value(column, row.bytes(), row.start(field), row.length(field));
      } else if (types[column] == WireType.BYTEA) {
        json.binaryValue(column, row.bytes(), row.start(field), row.length(field));
      } else {
        text.read(types[column], row.bytes(), row.start(field), row.length(field));
        json.value(column, text.bytes(), text.start(), text.length());
      }
    }
    json.endRow();
  }

  /** The row as it came, without the texts behind it. */
  private void copyRow(CopyBinaryReader row, OutputStream rows) throws IOException {
    int start = row.rowStart();
    int end = row.endOf(types.length);
    rows.write(types.length >> 8);
    rows.write(types.length);
    rows.write(row.bytes(), start + Short.BYTES, end - start - Short.BYTES);
  }
}
