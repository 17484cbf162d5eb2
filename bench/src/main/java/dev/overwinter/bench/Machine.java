package dev.overwinter.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/** Where it is measured, in words. */
final class Machine {
  private static final double KILOBYTES_PER_GIGABYTE = 1024 * 1024;

  private Machine() {}

  /** How many processes wanted a processor during the last minute, on average. */
  static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
  }

  /**
   * In Markdown, a line a matter. Names nobody's host.
   *
   * @param load before anything was measured
   */
  static List<String> describe(Cluster cluster, String load) throws IOException, SQLException {
    return List.of(
        "%d cores of %s, %.0f GB of memory; source, target and contender share them"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                field("/proc/cpuinfo", "model name"),
                Double.parseDouble(field("/proc/meminfo", "MemTotal").replaceAll("\\D", ""))
                    / KILOBYTES_PER_GIGABYTE),
        "a load of %s before it began, which should be near 0".formatted(load),
        "%s, Linux %s"
            .formatted(
                field("/etc/os-release", "PRETTY_NAME").replace("\"", ""),
                System.getProperty("os.version")),
        "PostgreSQL %s on both sides, over TCP on the same host; %s"
            .formatted(
                cluster.single(Cluster.USER, "SHOW server_version"),
                "`" + Cluster.SETTINGS.strip().replace(" = ", "=").replace("\n", "`, `") + "`"),
        "Java %s with a heap of 256 MiB".formatted(System.getProperty("java.version")),
        "Overwinter at commit %s, %s"
            .formatted(said("git", "describe", "--always", "--dirty"), LocalDate.now()));
  }

  private static String field(String file, String name) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT)))
        .map(line -> line.substring(name.length()).replaceFirst("^\\s*[:=]\\s*", "").strip())
        .findFirst()
        .orElse("unknown");
  }

  private static String said(String... command) {
    try {
      Process process = new ProcessBuilder(command).start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
