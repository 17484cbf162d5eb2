package dev.overwinter.activities.archive;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.Table;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.ArchiveSummary;
import java.io.FileOutputStream;
import java.io.IOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes {@code manifest.json}: which tables and parts an archive has, and their digests. It holds
 * nothing that differs when it is written again.
 */
final class ManifestWriter {
  static final int FORMAT_VERSION = 2;

  private final ArchiveDirectory directory;
  private final RunKey run;
  private final String toolVersion;
  private final String serverVersion;
  private final Optional<SourcePoint> point;

  private int parts;
  private long rows;
  private long bytes;

  /**
   * Writes one manifest.
   *
   * @param point where the source stood, empty when nobody wrote it down
   */
  ManifestWriter(
      ArchiveDirectory directory,
      RunKey run,
      String toolVersion,
      String serverVersion,
      Optional<SourcePoint> point) {
    this.directory = directory;
    this.run = run;
    this.toolVersion = toolVersion;
    this.serverVersion = serverVersion;
    this.point = point;
  }

  /**
   * Writes the manifest and gives it its name.
   *
   * @param tables each table by its chunks, at least one
   * @param definitions the source's tables by their names
   */
  ArchiveSummary write(List<List<Chunk>> tables, Map<QualifiedName, Table> definitions) {
    try (Draft<String> draft =
        directory.write(PartNames.MANIFEST, stream -> write(stream, tables, definitions))) {
      draft.publish();
      return new ArchiveSummary(draft.result(), parts, rows, bytes);
    }
  }

  private String write(
      FileOutputStream stream, List<List<Chunk>> tables, Map<QualifiedName, Table> definitions)
      throws IOException {
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
      if (point.isPresent()) {
        json.writeStringField("sourceDatabase", point.get().database());
        json.writeStringField("sourceSnapshot", point.get().snapshot());
        json.writeStringField("sourceLsn", point.get().lsn());
        json.writeStringField("plannedAt", point.get().at());
      }
      json.writeArrayFieldStart("tables");
      for (List<Chunk> chunks : tables) {
        writeTable(json, chunks, definitions.get(chunks.get(0).table().source()));
      }
      json.writeEndArray();
      json.writeNumberField("rows", rows);
      json.writeNumberField("bytes", bytes);
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private void writeTable(JsonGenerator json, List<Chunk> chunks, Table definition)
      throws IOException {
    CopiedTable table = chunks.get(0).table();
    json.writeStartObject();
    json.writeStringField("schema", table.source().schema());
    json.writeStringField("name", table.source().name());
    json.writeStringField("targetSchema", table.target().schema());
    json.writeStringField("targetName", table.target().name());
    json.writeArrayFieldStart("columns");
    List<WireType> wireTypes = chunks.get(0).wireTypes();
    for (int i = 0; i < table.columns().size(); i++) {
      CopiedColumn column = table.columns().get(i);
      json.writeStartObject();
      json.writeStringField("name", column.name());
      json.writeStringField("type", column.type());
      json.writeStringField("form", column.form().jsonName());
      json.writeStringField(
          "digestedAs", wireTypes == null ? "text" : wireTypes.get(i).digestedName());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("primaryKey");
    for (String column : definition.primaryKey()) {
      json.writeString(column);
    }
    json.writeEndArray();
    TableDigest whole =
        chunks.stream().map(it -> it.part().digest()).reduce(TableDigest.EMPTY, TableDigest::plus);
    json.writeNumberField("rows", whole.rows());
    json.writeNumberField("bytes", chunks.stream().mapToLong(it -> it.part().bytes()).sum());
    json.writeStringField("digest", whole.toHex());
    json.writeArrayFieldStart("parts");
    rows += whole.rows();
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
    bytes += part.bytes();
  }
}
