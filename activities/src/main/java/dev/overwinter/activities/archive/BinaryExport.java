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
import org.postgresql.copy.CopyOut;

/**
 * Makes three things of one chunk that the source sends in COPY's binary format: the digest of its
 * rows, the part for people, and a file of the same rows for the target. Not thread-safe.
 */
final class BinaryExport {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final Chunk chunk;
  private final LaneProgress progress;
  private final WireForm form;
  private final BinaryText text = new BinaryText();
  private final RowDigest digest = new RowDigest();

  BinaryExport(Chunk chunk, LaneProgress progress) {
    this.chunk = chunk;
    this.progress = progress;
    this.form = new WireForm(chunk.wireTypes());
  }

  /** Reads all rows and writes them. */
  ChunkExporter.Export write(CopyOut copy, FileOutputStream people, FileOutputStream rowsFile)
      throws SQLException, IOException {
    PartStream part = new PartStream(chunk.partFile(), people);
    MessageDigest rowsSha256 = Sha256.newDigest();
    JsonRowWriter json = new JsonRowWriter(part.stream(), chunk.table().columns());
    OutputStream rows =
        new BufferedOutputStream(new DigestOutputStream(rowsFile, rowsSha256), BUFFER_BYTES);
    CountedMessages messages = new CountedMessages(copy, progress);
    CopyBinaryReader reader = new CopyBinaryReader(messages, form.fields(), Integer.MAX_VALUE);
    RowCounter counter = new RowCounter(progress, Measure.ROWS_EXPORTED);
    rows.write(CopyBinaryReader.header());
    while (reader.next()) {
      form.digest(reader, digest);
      writeRow(reader, json);
      copyRow(reader, rows);
      counter.add(1);
    }
    counter.flush();
    rows.write(CopyBinaryReader.trailer());
    rows.flush();
    json.flush();
    ChunkSource.requireAllRows(copy, chunk, digest.digest().rows());
    return new ChunkExporter.Export(
        part.end(digest.digest()),
        new BinaryRows(
            rowsFile.getChannel().position(), HexFormat.of().formatHex(rowsSha256.digest())),
        messages.bytes());
  }

  private void writeRow(CopyBinaryReader row, JsonRowWriter json) throws IOException {
    for (int column = 0; column < form.columns(); column++) {
      int field = form.readField(column);
      if (row.isNull(column)) {
        json.nullValue(column);
      } else if (form.type(column) == WireType.OTHER) {
        json.value(column, row.bytes(), row.start(field), row.length(field));
      } else if (form.type(column) == WireType.BYTEA) {
        json.binaryValue(column, row.bytes(), row.start(field), row.length(field));
      } else {
        text.read(form.type(column), row.bytes(), row.start(field), row.length(field));
        json.value(column, text.bytes(), text.start(), text.length());
      }
    }
    json.endRow();
  }

  /** The row as it came, without the texts behind it. */
  private void copyRow(CopyBinaryReader row, OutputStream rows) throws IOException {
    int start = row.rowStart();
    int end = row.endOf(form.columns());
    rows.write(form.columns() >> 8);
    rows.write(form.columns());
    rows.write(row.bytes(), start + Short.BYTES, end - start - Short.BYTES);
  }
}
