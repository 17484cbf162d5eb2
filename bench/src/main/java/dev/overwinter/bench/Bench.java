package dev.overwinter.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The benchmark's command line. */
@Command(
    name = "bench/run",
    description = "Measures Overwinter beside other ways of copying a database.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Bench implements Callable<Integer> {
  private static final List<String> SHAPES = List.of(Shape.LARGE, Shape.TABLES, Shape.MEMORY);

  private static final String PROGRAMS = "POSTGRESQL_BIN";

  @Option(
      names = "--shape",
      split = ",",
      description =
          "What is copied: one large table, 200 tables, what shows how much memory it takes.")
  private List<String> shapes = SHAPES;

  @Option(names = "--rows", description = "Rows of the large table.")
  private long rows = 2_000_000;

  @Option(names = "--repetitions", description = "How often everybody runs.")
  private int repetitions = 3;

  @Option(
      names = "--only",
      split = ",",
      description =
          "Contenders whose names begin like this; the floor, which all are compared with, runs always.")
  private List<String> only = List.of();

  @Option(names = "--jobs", description = "How much those who can do at one time.")
  private int jobs = 2;

  @Option(
      names = "--directory",
      description = "Where the databases are made, in a directory of their own.")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--results",
      description =
          "Where figures are kept, a file a shape. With --only what the others came to stays there.")
  private Path results = Path.of("bench", "results");

  @Option(names = "--docs", description = "The page that is written from all figures kept.")
  private Path docs = Path.of("docs", "benchmarks.md");

  private String load;
  private boolean failed;

  private Bench() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Bench()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    if (System.getenv(PROGRAMS) == null) {
      System.err.println(PROGRAMS + " must name the directory of PostgreSQL's programs");
      return 2;
    }
    for (String shape : shapes) {
      if (!SHAPES.contains(shape)) {
        System.err.println("--shape must be of " + SHAPES + ", not " + shape);
        return 2;
      }
    }
    load = Machine.load();
    for (String shape : shapes) {
      switch (shape) {
        case Shape.LARGE -> measure(Shape.large(rows), repetitions);
        case Shape.TABLES -> measure(Shape.many(), repetitions);
        default -> {
          for (Shape one : Shape.memory()) {
            measure(one, 1);
          }
        }
      }
    }
    return failed ? 1 : 0;
  }

  private void measure(Shape shape, int rounds)
      throws IOException, SQLException, InterruptedException {
    Path programs = Path.of(System.getenv(PROGRAMS));
    Path home = Files.createTempDirectory(directory, "overwinter-bench-");
    say("%s: making it in %s", shape.name(), home);
    try (Cluster source = Cluster.start(programs, home.resolve("source"));
        Cluster target = Cluster.start(programs, home.resolve("target"))) {
      Thread interrupted = new Thread(() -> cleanUp(home, source, target));
      Runtime.getRuntime().addShutdownHook(interrupted);
      make(shape, source, target);
      race(new Setting(programs, home.resolve("work"), source, target, shape, jobs), rounds);
      Runtime.getRuntime().removeShutdownHook(interrupted);
    } finally {
      delete(home);
    }
  }

  private static void cleanUp(Path home, Cluster... clusters) {
    try {
      for (Cluster cluster : clusters) {
        cluster.close();
      }
      delete(home);
    } catch (IOException e) {
      say("%s and what may still run there is left behind: %s", home, e.getMessage());
    }
  }

  private static void make(Shape shape, Cluster source, Cluster target) throws SQLException {
    String bare = Contender.Template.BARE.database();
    String complete = Contender.Template.COMPLETE.database();
    source.recreate(Setting.DATABASE, "template0");
    source.execute(Setting.DATABASE, shape.seed().toArray(String[]::new));
    target.recreate(bare, "template0");
    target.execute(bare, shape.bare().toArray(String[]::new));
    target.recreate(complete, bare);
    target.execute(complete, shape.furnishing().toArray(String[]::new));
  }

  private void race(Setting setting, int rounds)
      throws IOException, SQLException, InterruptedException {
    List<Contender> contenders = new ArrayList<>();
    for (Contender contender : Contenders.all()) {
      if (!contender.fits(setting.shape().name()) || !isWanted(contender)) {
        continue;
      }
      String obstacle = contender.obstacle(setting);
      if (obstacle.isEmpty()) {
        contenders.add(contender);
      } else {
        say("%s is left out: %s", contender.key(), obstacle);
      }
    }
    Race race = new Race(setting);
    Results kept = kept(setting, contenders);
    int first = kept.lastRound() + 1;
    Random random = new Random();
    for (int round = first; round < first + rounds; round++) {
      List<Contender> order = new ArrayList<>(contenders);
      Collections.shuffle(order, random);
      for (Contender contender : order) {
        try {
          Measurement measurement = race.run(contender, round);
          kept = kept.plus(measurement);
          kept.write(results);
          writePage();
          say(
              "round %d, %s: %.2f s, %.1f CPU s: %s",
              round,
              contender.key(),
              measurement.seconds(),
              measurement.cpuSeconds(),
              phases(measurement));
        } catch (Race.ContenderFailed e) {
          failed = true;
          say("round %d: %s", round, e.getMessage());
        }
      }
    }
  }

  private boolean isWanted(Contender contender) {
    return contender.key().equals(Pipes.KEY)
        || only.isEmpty() && contender.isOrdinary()
        || only.stream().anyMatch(contender.key()::startsWith);
  }

  /** With --only, what the others came to stays, if it was measured with as many rows. */
  private Results kept(Setting setting, List<Contender> contenders)
      throws IOException, SQLException {
    Shape shape = setting.shape();
    List<Way> ways = new ArrayList<>(contenders.stream().map(Way::of).toList());
    List<String> again = ways.stream().map(Way::key).toList();
    List<Measurement> measurements = new ArrayList<>();
    Results.read(results, shape.name())
        .filter(it -> !only.isEmpty() && it.rows() == shape.rows())
        .ifPresent(
            before -> {
              before.ways().stream().filter(it -> !again.contains(it.key())).forEach(ways::add);
              before.measurements().stream()
                  .filter(it -> it.contender().equals(Pipes.KEY) || !again.contains(it.contender()))
                  .forEach(measurements::add);
            });
    return new Results(
        shape.name(),
        shape.description(),
        shape.rows(),
        ways,
        Machine.describe(setting.source(), load),
        measurements);
  }

  private void writePage() throws IOException {
    List<Results> all = new ArrayList<>();
    for (String shape : List.of(Shape.LARGE, Shape.TABLES)) {
      Results.read(results, shape).ifPresent(all::add);
    }
    for (Shape shape : Shape.memory()) {
      Results.read(results, shape.name()).ifPresent(all::add);
    }
    Files.createDirectories(docs.toAbsolutePath().getParent());
    Files.writeString(docs, Page.of(all));
  }

  private static String phases(Measurement measurement) {
    return String.join(
        "; ",
        measurement.phases().stream()
            .map(
                it ->
                    "%s %.2f s (%.1f + %.1f + %.1f)"
                        .formatted(it.name(), it.seconds(), it.client(), it.source(), it.target()))
            .toList());
  }

  private static void say(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }

  private static synchronized void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
