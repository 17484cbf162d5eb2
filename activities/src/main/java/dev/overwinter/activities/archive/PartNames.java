package dev.overwinter.activities.archive;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.Compression;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Names of files and directories for tables and runs, whatever characters those names have. Names
 * of one plan differ also where the file system does not tell upper from lower case. Not
 * thread-safe.
 */
final class PartNames {
  static final String MANIFEST = "manifest.json";
  private static final String COMPRESSED_SUFFIX = ".gz";

  static final String ROWS_SUFFIX = ".pgcopy";

  /** File names may have 255 bytes; this leaves room for what is added. */
  private static final int LONGEST = 180;

  private static final int RUN_ID_PREFIX = 8;

  private final Set<String> used = new HashSet<>(Set.of(MANIFEST));

  /** The directory of a run. */
  static String ofRun(RunKey run) {
    String runId = encode(run.runId());
    return shorten(encode(run.workflowId()))
        + "-"
        + runId.substring(0, Math.min(RUN_ID_PREFIX, runId.length()));
  }

  /**
   * The name that a table's files have in common.
   *
   * @param number of the table, which makes the name unique where nothing else does
   */
  String ofTable(QualifiedName table, int number) {
    String whole = encode(table.schema()) + "." + encode(table.name());
    String name = shorten(whole);
    if (name.length() < whole.length() || !used.add(name.toLowerCase(Locale.ROOT))) {
      // No encoded name has a tilde.
      name += "~" + number;
      used.add(name.toLowerCase(Locale.ROOT));
    }
    return name;
  }

  /** The file of one of a table's chunks. */
  static String ofPart(String tableName, int chunk, int chunks, Compression compression) {
    String name =
        chunks == 1 ? tableName + ".jsonl" : "%s/part-%05d.jsonl".formatted(tableName, chunk);
    return compression == Compression.GZIP ? name + COMPRESSED_SUFFIX : name;
  }

  /** Whether a part's file is compressed. */
  static boolean isCompressed(String partFile) {
    return partFile.endsWith(COMPRESSED_SUFFIX);
  }

  /**
   * The file of the same chunk's rows in COPY's binary format, which is there until they are
   * loaded.
   */
  static String ofRows(String partFile) {
    return partFile.substring(0, partFile.lastIndexOf(".jsonl")) + ROWS_SUFFIX;
  }

  /** Letters, digits, {@code _} and {@code -} stay; every other byte becomes {@code %xx}. */
  private static String encode(String name) {
    StringBuilder encoded = new StringBuilder();
    for (byte current : name.getBytes(StandardCharsets.UTF_8)) {
      if (current >= 'a' && current <= 'z'
          || current >= 'A' && current <= 'Z'
          || current >= '0' && current <= '9'
          || current == '_'
          || current == '-') {
        encoded.append((char) current);
      } else {
        encoded.append("%%%02x".formatted(current & 0xff));
      }
    }
    return encoded.toString();
  }

  private static String shorten(String name) {
    return name.length() <= LONGEST ? name : name.substring(0, LONGEST);
  }
}
