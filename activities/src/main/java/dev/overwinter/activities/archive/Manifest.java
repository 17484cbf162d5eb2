package dev.overwinter.activities.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.workflows.FailureType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * What a finished archive holds, by its {@code manifest.json}.
 *
 * @param sha256 digest of the manifest's file, hexadecimal
 * @param runId the run that wrote it
 * @param tables its tables, in the order of the run's plan
 */
public record Manifest(String sha256, String runId, List<ArchivedTable> tables) {
  public Manifest {
    Objects.requireNonNull(sha256, "sha256");
    Objects.requireNonNull(runId, "runId");
    tables = List.copyOf(tables);
  }

  /**
   * A table of the archive.
   *
   * @param table its names and columns; there is no source to evaluate an expression in
   * @param digestedAs as values of which type those of each column are digested
   * @param parts its files, which hold all its rows
   */
  public record ArchivedTable(
      CopiedTable table, List<WireType> digestedAs, List<ArchivedPart> parts) {
    public ArchivedTable {
      Objects.requireNonNull(table, "table");
      digestedAs = List.copyOf(digestedAs);
      parts = List.copyOf(parts);
    }

    /** The digest of all its rows. */
    public TableDigest digest() {
      return parts.stream()
          .map(part -> part.exported().digest())
          .reduce(TableDigest.EMPTY, TableDigest::plus);
    }
  }

  /**
   * A file of the archive.
   *
   * @param file its name below the archive's directory, with {@code /} between names
   * @param exported what was written
   */
  public record ArchivedPart(String file, ExportedPart exported) {
    public ArchivedPart {
      Objects.requireNonNull(file, "file");
      Objects.requireNonNull(exported, "exported");
    }
  }

  /**
   * Reads the manifest of an archive.
   *
   * @param directory the archive's own, which holds {@code manifest.json}
   * @throws StepException {@code ARCHIVE_DAMAGED} when there is none or it is of another kind,
   *     {@code ARCHIVE_UNAVAILABLE} when it cannot be read
   */
  public static Manifest read(Path directory) {
    try {
      byte[] bytes = Files.readAllBytes(directory.resolve(PartNames.MANIFEST));
      JsonNode json = new ObjectMapper().readTree(bytes);
      int version = json.path("formatVersion").asInt();
      if (version != ManifestWriter.FORMAT_VERSION) {
        throw damaged(
            "is of format %d, and this version of Overwinter reads format %d: use the version that its toolVersion names"
                .formatted(version, ManifestWriter.FORMAT_VERSION));
      }
      List<ArchivedTable> tables = new ArrayList<>();
      for (JsonNode table : json.required("tables")) {
        tables.add(toTable(tables.size() + 1, table));
      }
      return new Manifest(
          HexFormat.of().formatHex(Sha256.newDigest().digest(bytes)), text(json, "runId"), tables);
    } catch (NoSuchFileException e) {
      throw damaged("is missing: name the directory of one run, whose archive was completed");
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw damaged("is not what a run writes");
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
  }

  private static ArchivedTable toTable(int number, JsonNode json) {
    List<CopiedColumn> columns = new ArrayList<>();
    List<WireType> digestedAs = new ArrayList<>();
    for (JsonNode column : json.required("columns")) {
      String name = text(column, "name");
      columns.add(
          new CopiedColumn(
              name,
              QualifiedName.quote(name),
              text(column, "type"),
              ValueForm.ofJsonName(text(column, "form")),
              name));
      digestedAs.add(WireType.ofDigestedName(text(column, "digestedAs")));
    }
    List<ArchivedPart> parts = new ArrayList<>();
    for (JsonNode part : json.path("parts")) {
      TableDigest digest = TableDigest.fromHex(text(part, "digest"));
      parts.add(
          new ArchivedPart(
              text(part, "file"),
              new ExportedPart(digest, part.required("bytes").longValue(), text(part, "sha256"))));
    }
    CopiedTable table =
        new CopiedTable(
            number,
            new QualifiedName(text(json, "schema"), text(json, "name")),
            new QualifiedName(text(json, "targetSchema"), text(json, "targetName")),
            null,
            columns);
    ArchivedTable archived = new ArchivedTable(table, digestedAs, parts);
    if (!archived.digest().equals(TableDigest.fromHex(text(json, "digest")))) {
      throw damaged("names no files that hold all rows of %s".formatted(table.source()));
    }
    return archived;
  }

  private static String text(JsonNode json, String key) {
    JsonNode value = json.required(key);
    if (!value.isTextual()) {
      throw new IllegalArgumentException(key + " is no text");
    }
    return value.textValue();
  }

  private static StepException damaged(String what) {
    return new StepException(
        FailureType.ARCHIVE_DAMAGED, "The archive's %s %s.".formatted(PartNames.MANIFEST, what));
  }
}
