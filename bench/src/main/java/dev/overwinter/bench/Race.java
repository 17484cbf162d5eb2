package dev.overwinter.bench;

import dev.overwinter.bench.Measurement.Phase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Lets contenders run, one at a time, each on a fresh target, and looks at what they made. */
final class Race {
  private static final long MOST_MINUTES = 60;
  private static final Pattern SHELL_TIME = Pattern.compile("(\\d+)m([\\d.]+)s");
  private static final int LINES_OF_A_LOG = 15;

  private final Setting setting;
  private final State expected;
  private final State expectedMapped;

  /** The source holds the data; the target has the templates. */
  Race(Setting setting) throws SQLException {
    this.setting = setting;
    this.expected = State.of(setting.source(), Setting.DATABASE, setting.shape(), false);
    this.expectedMapped = State.of(setting.source(), Setting.DATABASE, setting.shape(), true);
  }

  /**
   * @throws ContenderFailed when the contender fails or what it made is not what it ought to be
   */
  Measurement run(Contender contender, int round)
      throws IOException, SQLException, InterruptedException {
    empty(setting.work());
    setting.target().recreate(Setting.DATABASE, contender.template().database());
    contender.prepare(setting);
    setting.source().execute(Cluster.USER, "CHECKPOINT");
    setting.target().execute(Cluster.USER, "CHECKPOINT");
    new ProcessBuilder("sync").start().waitFor();
    Path log = setting.work().resolveSibling(contender.key() + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(contender.command(setting)).redirectError(log.toFile());
    builder.environment().putAll(contender.environment(setting));
    Process process = builder.start();
    CompletableFuture<Void> limit =
        CompletableFuture.runAsync(
            () -> end(process), CompletableFuture.delayedExecutor(MOST_MINUTES, TimeUnit.MINUTES));
    try {
      Measurement measurement = listen(process, contender, round);
      int exit = process.waitFor();
      if (exit != 0) {
        throw new ContenderFailed("ended with " + exit + " after it was done");
      }
      check(contender);
      return measurement;
    } catch (ContenderFailed e) {
      throw new ContenderFailed("%s %s%n%s".formatted(contender.key(), e.getMessage(), tail(log)));
    } finally {
      limit.cancel(false);
      end(process);
      empty(setting.work());
    }
  }

  private Measurement listen(Process process, Contender contender, int round) throws IOException {
    double scale =
        contender.sample() == 0 ? 1 : (double) setting.shape().rows() / contender.sample();
    List<Phase> phases = new ArrayList<>();
    long resident = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      require(lines.readLine(), "ready");
      Moment before = moment(0);
      process.outputWriter().write("go\n");
      process.outputWriter().flush();
      for (String line = lines.readLine(); !"done".equals(line); line = lines.readLine()) {
        if (line == null) {
          throw new ContenderFailed("ended before it was done");
        }
        String[] words = line.split(" ", 3);
        if (words[0].equals("resident")) {
          resident = Long.parseLong(words[1]);
          continue;
        }
        require(words[0], "phase");
        Moment now = moment(cpuSeconds(words[2]));
        phases.add(now.since(before, words[1]).times(scale));
        before = now;
      }
    }
    return new Measurement(contender.key(), round, phases, resident);
  }

  private static void require(String line, String expected) {
    if (!expected.equals(line)) {
      throw new ContenderFailed("said \"%s\" instead of \"%s\"".formatted(line, expected));
    }
  }

  /** Seconds as one number, or as the four times that a shell's built-in command gives. */
  private static double cpuSeconds(String text) {
    Matcher times = SHELL_TIME.matcher(text);
    if (!times.find()) {
      return Double.parseDouble(text);
    }
    double seconds = 0;
    do {
      seconds += 60 * Double.parseDouble(times.group(1)) + Double.parseDouble(times.group(2));
    } while (times.find());
    return seconds;
  }

  private record Moment(long nanos, double client, double source, double target) {
    private Phase since(Moment before, String name) {
      return new Phase(
          name,
          (nanos - before.nanos) / 1e9,
          client - before.client,
          source - before.source,
          target - before.target);
    }
  }

  private Moment moment(double client) {
    return new Moment(
        System.nanoTime(), client, setting.source().cpuSeconds(), setting.target().cpuSeconds());
  }

  private void check(Contender contender) throws SQLException {
    if (contender.sample() > 0) {
      String table = setting.shape().tables().get(0).name();
      long rows =
          Long.parseLong(
              setting.target().single(Setting.DATABASE, "SELECT count(*) FROM public." + table));
      if (rows != contender.sample()) {
        throw new ContenderFailed("copied %d rows of %d".formatted(rows, contender.sample()));
      }
      return;
    }
    List<String> differences =
        State.of(setting.target(), Setting.DATABASE, setting.shape(), false)
            .differencesFrom(contender.maps() ? expectedMapped : expected);
    if (!differences.isEmpty()) {
      throw new ContenderFailed("made something else: " + String.join("; ", differences));
    }
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static String tail(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join(
        System.lineSeparator(),
        lines.subList(Math.max(0, lines.size() - LINES_OF_A_LOG), lines.size()));
  }

  private static void empty(Path directory) throws IOException {
    Files.createDirectories(directory);
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(directory)) {
          Files.delete(path);
        }
      }
    }
  }

  /** A contender that is out of the round. */
  static final class ContenderFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    ContenderFailed(String message) {
      super(message);
    }
  }
}
