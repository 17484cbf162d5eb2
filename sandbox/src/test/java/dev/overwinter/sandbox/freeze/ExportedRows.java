package dev.overwinter.sandbox.freeze;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a crowd has written, as the archive of an export has it. */
final class ExportedRows {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PREFIX = "public.";

  private ExportedRows() {}

  /** Each row's text, by table and key. */
  static Map<String, String> of(Path archive) throws IOException {
    Map<String, String> rows = new HashMap<>();
    for (Path file : files(archive)) {
      String table = table(archive, file);
      try (Stream<String> lines = Files.lines(file)) {
        for (String line : (Iterable<String>) lines::iterator) {
          add(rows, table, JSON.readTree(line));
        }
      }
    }
    return rows;
  }

  private static List<Path> files(Path archive) throws IOException {
    try (Stream<Path> files = Files.walk(archive)) {
      return files.filter(file -> file.toString().endsWith(".jsonl")).toList();
    }
  }

  /** A table is a file in the run's directory, or a directory of parts there. */
  private static String table(Path archive, Path file) {
    String name = archive.relativize(file).getName(1).toString();
    return name.substring(name.indexOf(PREFIX) + PREFIX.length()).replace(".jsonl", "");
  }

  private static void add(Map<String, String> rows, String table, JsonNode row) throws IOException {
    if (table.startsWith("crowd_")) {
      put(rows, table + " " + row.get("id").textValue(), row.get("body"));
    } else if (row.hasNonNull("scribble")) {
      put(rows, table + " " + row.get("slot").asText(), row.get("scribble"));
    }
    if (table.equals("profiles") && row.get("display_name").asText().startsWith("crowd ")) {
      put(rows, table + " " + row.get("id").textValue(), row.get("display_name"));
    }
  }

  private static void put(Map<String, String> rows, String key, JsonNode text) throws IOException {
    if (rows.put(key, text.textValue()) != null) {
      throw new IOException("twice in the archive: " + key);
    }
  }
}
