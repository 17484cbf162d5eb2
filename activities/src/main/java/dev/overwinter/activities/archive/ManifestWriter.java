package dev.overwinter.activities.archive;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.ArchiveSummary;
import java.io.FileOutputStream;
import java.io.IOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/**
 * Writes {@code manifest.json}: which tables and parts an archive has, and their digests. It holds
 * nothing that differs when it is written again.
 */
final class ManifestWriter {
  private static final int FORMAT_VERSION = 1;

  private final ArchiveDirectory directory;
  private final RunKey run;
  private final String toolVersion;
  private final String serverVersion;

  private int parts;
  private long rows;
  private long bytes;

  /** Writes one manifest. */
  ManifestWriter(ArchiveDirectory directory, RunKey run, String toolVersion, String serverVersion) {
    this.directory = directory;
    this.run = run;
    this.toolVersion = toolVersion;
    this.serverVersion = serverVersion;
  }

  /**
   * Writes the manifest and gives it its name.
   *
   * @param tables each table by its chunks, at least one
   */
  ArchiveSummary write(List<List<Chunk>> tables) {
    try (Draft<String> draft =
        directory.write(PartNames.MANIFEST, stream -> write(stream, tables))) {
      draft.publish();
      return new ArchiveSummary(draft.result(), parts, rows, bytes);
    }
  }

  private String write(FileOutputStream stream, List<List<Chunk>> tables) throws IOException {
    MessageDigest sha256 = Sha256.newDigest();
    try (JsonGenerator json =
        JsonFormat.FACTORY.createGenerator(new DigestOutputStream(stream, sha256))) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeNumberField("formatVersion", FORMAT_VERSION);
      json.writeStringField("toolVersion", toolVersion);
      json.writeStringField("workflowId", run.workflowId());
      json.writeStringField("runId", run.runId());
      json.writeStringField("sourceServerVersion", serverVersion);
      json.writeArrayFieldStart("tables");
      for (List<Chunk> chunks : tables) {
        writeTable(json, chunks);
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private void writeTable(JsonGenerator json, List<Chunk> chunks) throws IOException {
    CopiedTable table = chunks.get(0).table();
    json.writeStartObject();
    json.writeStringField("schema", table.source().schema());
    json.writeStringField("name", table.source().name());
    json.writeArrayFieldStart("columns");
    for (CopiedColumn column : table.columns()) {
      json.writeStartObject();
      json.writeStringField("name", column.name());
      json.writeStringField("type", column.type());
      json.writeEndObject();
    }
    json.writeEndArray();
    TableDigest whole =
        chunks.stream().map(it -> it.part().digest()).reduce(TableDigest.EMPTY, TableDigest::plus);
    json.writeNumberField("rows", whole.rows());
    json.writeStringField("digest", whole.toHex());
    json.writeArrayFieldStart("parts");
    for (Chunk chunk : chunks) {
      writePart(json, chunk);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void writePart(JsonGenerator json, Chunk chunk) throws IOException {
    ExportedPart part = chunk.part();
    json.writeStartObject();
    json.writeStringField("file", chunk.partFile());
    json.writeNumberField("rows", part.digest().rows());
    json.writeNumberField("bytes", part.bytes());
    json.writeStringField("sha256", part.sha256());
    json.writeStringField("digest", part.digest().toHex());
    json.writeEndObject();
    parts++;
    rows += part.digest().rows();
    bytes += part.bytes();
  }
}
