package dev.overwinter.sandbox.database;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * The library of the embedded servers writes a script into the temporary directory once in every
 * process and leaves it there.
 */
final class LibraryLeftovers {
  private static boolean cleared;

  private LibraryLeftovers() {}

  /** Makes this process's script go when the process does. */
  static synchronized void clearOnExit() throws IOException {
    if (cleared) {
      return;
    }
    cleared = true;
    Set<Path> before = scripts();
    // Its first use writes the script.
    LinuxUtils.getDistributionName();
    for (Path script : scripts()) {
      if (!before.contains(script)) {
        script.toFile().deleteOnExit();
      }
    }
  }

  private static Set<Path> scripts() throws IOException {
    Set<Path> found = new HashSet<>();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> scripts =
        Files.newDirectoryStream(temporary, "detect_linux_distribution_*.sh")) {
      scripts.forEach(found::add);
    }
    return found;
  }
}
