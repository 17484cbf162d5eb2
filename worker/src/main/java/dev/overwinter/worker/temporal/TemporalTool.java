package dev.overwinter.worker.temporal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds Temporal's own command line tool on this machine. */
public final class TemporalTool {
  /** Says where the tool is; nothing else is looked at then. */
  static final String VARIABLE = "TEMPORAL_CLI";

  private static final String PROGRAM = "temporal";

  private TemporalTool() {}

  /**
   * The tool that {@code TEMPORAL_CLI} names, else the one on the {@code PATH}, else the one that
   * {@code tools/temporal-cli} got last.
   *
   * @param environment the variables of this process
   * @return empty also where {@code TEMPORAL_CLI} names no program
   */
  public static Optional<Path> find(Map<String, String> environment) {
    String named = environment.get(VARIABLE);
    Stream<Path> candidates =
        named != null
            ? Stream.of(Path.of(named))
            : Stream.concat(onPath(environment), kept(environment));
    return candidates
        .filter(Files::isRegularFile)
        .filter(Files::isExecutable)
        .map(Path::toAbsolutePath)
        .findFirst();
  }

  private static Stream<Path> onPath(Map<String, String> environment) {
    return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(directory -> !directory.isBlank())
        .map(directory -> Path.of(directory, PROGRAM));
  }

  /** Lazily, since most have the tool elsewhere or no such directory. */
  private static Stream<Path> kept(Map<String, String> environment) {
    return cache(environment).filter(Files::isDirectory).stream().flatMap(TemporalTool::newest);
  }

  private static Stream<Path> newest(Path cache) {
    try (Stream<Path> versions = Files.list(cache)) {
      return versions
          .filter(version -> !version.getFileName().toString().startsWith("new."))
          .map(version -> version.resolve(PROGRAM))
          .filter(Files::isRegularFile)
          .sorted(Comparator.comparing(TemporalTool::age).reversed())
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long age(Path tool) {
    return tool.toFile().lastModified();
  }

  private static Optional<Path> cache(Map<String, String> environment) {
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    String home = environment.getOrDefault("HOME", "");
    if (cache.isBlank() && home.isBlank()) {
      return Optional.empty();
    }
    Path base = cache.isBlank() ? Path.of(home, ".cache") : Path.of(cache);
    return Optional.of(base.resolve("overwinter").resolve("temporal-cli"));
  }
}
