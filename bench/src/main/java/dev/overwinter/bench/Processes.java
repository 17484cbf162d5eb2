package dev.overwinter.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What Linux says of processes, in {@code /proc}. */
final class Processes {
  /** A hundred on every Linux that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  private static final double NEARLY_NOTHING = 0.015;
  private static final int MOST_ATTEMPTS = 10;

  private Processes() {}

  /**
   * Seconds of processor time of a process, of its children, and of those of them that have ended.
   */
  static double cpuSecondsOfTree(long pid) {
    double own = cpuSeconds(pid);
    for (int attempt = 1; ; attempt++) {
      double children =
          ProcessHandle.of(pid).stream()
              .flatMap(ProcessHandle::children)
              .mapToDouble(child -> cpuSeconds(child.pid()))
              .sum();
      double now = cpuSeconds(pid);
      // Whoever ended meanwhile was counted twice or not at all.
      if (now - own < NEARLY_NOTHING || attempt == MOST_ATTEMPTS) {
        return now + children;
      }
      own = now;
    }
  }

  private static double cpuSeconds(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The name, in brackets, may hold blanks; utime, stime, cutime, cstime are fields 14 to 17.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      long ticks = 0;
      for (int field = 11; field < 15; field++) {
        ticks += Long.parseLong(fields[field]);
      }
      return ticks / TICKS_PER_SECOND;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      if (!Files.exists(Path.of("/proc", Long.toString(pid)))) {
        return 0;
      }
      throw new UncheckedIOException(e);
    }
  }

  /** Most memory this process has held resident so far, in bytes. */
  static long peakResidentBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
