package dev.overwinter.sandbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.FreezeActivities;
import dev.overwinter.workflows.steps.LaneInput;
import dev.overwinter.workflows.steps.RemapActivities;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command that loads an archive is killed with SIGKILL, at any of the messages that it sends,
 * and given again word by word. A blow counts only when the server shows a transaction of its that
 * has changed something. Each failure tells the seed; {@code -Dkill.seed=SEED} deals the same blows
 * again, {@code -Dkill.count=NUMBER} more or fewer.
 */
@Tag("long")
@ExtendWith(NoSecondChance.class)
@Timeout(600)
class ImportKillTest {
  private static final int KILLS = Integer.getInteger("kill.count", 25);
  private static final int MOST_LIVES = 8 * KILLS;
  private static final int LATEST_MILLIS = 20;

  /** Statements after which a process may have something to lose. */
  private static final Pattern CHANGING =
      Pattern.compile(
          "(COPY|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|COMMENT|SELECT setval|COMMIT).*");

  private static final String CHANGED =
      "SELECT pid::text FROM pg_stat_activity WHERE %s AND backend_xid IS NOT NULL";

  private static final String COPYING =
      """
      SELECT pid::text FROM pg_stat_progress_copy JOIN pg_stat_activity a USING (pid)
       WHERE %s AND tuples_processed > 0
      """;

  private final long seed = Long.getLong("kill.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<String, Integer> landed = new TreeMap<>();
  private int copying;
  private int lives;
  private int imports;

  @Test
  void an_import_that_is_killed_again_and_again_goes_on_with_the_same_command(
      @TempDir Path directory) throws Exception {
    SandboxOptions options = SandboxOptions.throwaway();
    try (SupabaseSource source = SupabaseSource.start(options);
        SelfHostedTarget target = SelfHostedTarget.start(options);
        Connection owner = source.connect(SupabaseSource.OWNER)) {
      Depot.makeTables(owner);
      Depot.fill(owner);
      Path archive = makeArchive(source, target, directory);
      Map<String, List<String>> rows = Depot.rows(owner);
      List<String> sent = List.of();
      while (count() < KILLS) {
        sent = carryOut(target, archive, rows, sent);
      }
    } catch (AssertionError e) {
      throw new AssertionError("seed %d, import %d, life %d".formatted(seed, imports, lives), e);
    }
    System.out.printf(
        "seed %d: killed %d times with work in hand, %d times with rows of a COPY on the wire; %d imports in %d lives; %s%n",
        seed, count(), copying, imports, lives, landed);
  }

  private int count() {
    return landed.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static Path makeArchive(SupabaseSource source, SelfHostedTarget target, Path directory)
      throws Exception {
    target.createDatabase("run");
    try (Connection owner = target.connect("run", SelfHostedTarget.OWNER)) {
      Depot.makeTables(owner);
    }
    List<String> sides =
        List.of(
            source.jdbcUrl(),
            source.user(),
            source.password(),
            target.jdbcUrl("run"),
            target.user(),
            target.password());
    StepInput input = CopyDeed.input("run");
    Path archive = directory.resolve("archive");
    try (Activities activities = CopyDeed.open(sides, archive.toString())) {
      activities.find(FreezeActivities.class).orElseThrow().guardTarget(input);
      CopyActivities copy = activities.find(CopyActivities.class).orElseThrow();
      copy.planChunks(input);
      activities.find(RemapActivities.class).orElseThrow().planRemap(input);
      copy.exportChunks(new LaneInput(input, 0));
      copy.completeArchive(input);
    }
    try (Stream<Path> runs = Files.list(archive)) {
      return runs.findFirst().orElseThrow();
    }
  }

  /**
   * One import into a database of its own.
   *
   * @param sent what one sends that nobody disturbs; when it is empty, this one is left alone
   * @return that
   */
  private List<String> carryOut(
      SelfHostedTarget to, Path archive, Map<String, List<String>> rows, List<String> sent)
      throws Exception {
    String database = "later_" + ++imports;
    to.createDatabase(database);
    try (Connection owner = to.connect(database, SelfHostedTarget.OWNER)) {
      Depot.makeTables(owner);
      Depot.enliven(owner);
    }
    Map<String, String> environment =
        ImportDeed.environment(
            to.jdbcUrl(database), to.user(), to.password(), archive + "/../../import.log");
    try (Connection target = to.connect(database, SelfHostedTarget.SUPERUSER)) {
      List<String> definitions = Depot.definitions(target);
      List<String> sequences = sequences(rows);
      Victim.End end;
      int deaths = 0;
      do {
        assertThat(++lives).isLessThan(MOST_LIVES);
        end = live(target, archive, environment, strike(sent, ++deaths));
      } while (!end.isOver());
      assertThat(Depot.rows(target)).isEqualTo(rows);
      assertThat(Depot.definitions(target)).isEqualTo(definitions);
      assertThat(Depot.sequences(target)).isEqualTo(sequences);
      assertThat(GuardLook.strings(target, "SELECT to_regnamespace('overwinter')::text"))
          .containsOnlyNulls();
      return sent.isEmpty() ? end.sent() : sent;
    }
  }

  /** They go on after the greatest value in their columns. */
  private static List<String> sequences(Map<String, List<String>> rows) {
    return List.of(
        "parcel_id_seq " + rows.get("parcel").size(), "rule_id_seq " + rows.get("rule").size());
  }

  private Victim.End live(
      Connection target, Path archive, Map<String, String> environment, Strike strike)
      throws Exception {
    List<List<String>> changed = new ArrayList<>();
    Victim.End end =
        Victim.run(
            ImportDeed.class,
            List.of(archive.toString()),
            environment,
            strike,
            lines -> changed.add(look(target, lines)));
    end.awaitEndOfSessions(target);
    if (end.isOver()) {
      return end;
    }
    assertThat(end.exitCode()).as(end.output()).isEqualTo(137);
    if (!changed.get(0).isEmpty()) {
      landed.merge(work(end.sent().get(strike.message() - 1)), 1, Integer::sum);
    }
    assertAccountedFor(target);
    return end;
  }

  /** Asks for nothing that the process could have locked: it stands still. */
  private List<String> look(Connection target, Set<String> lines) throws SQLException {
    String its = Victim.sessions(lines);
    copying += GuardLook.strings(target, COPYING.formatted(its)).isEmpty() ? 0 : 1;
    return GuardLook.strings(target, CHANGED.formatted(its));
  }

  /** Every row that is there is recorded as loaded, and every part at most once. */
  private static void assertAccountedFor(Connection target) throws SQLException {
    boolean goesOn =
        !GuardLook.strings(target, "SELECT to_regclass('overwinter.chunk')::text").contains(null);
    if (goesOn && GuardLook.strings(target, "SELECT run_id FROM overwinter.run").size() == 1) {
      assertThat(
              GuardLook.strings(
                  target,
                  "SELECT (%s - (SELECT coalesce(sum(loaded_rows), 0) FROM overwinter.chunk))::text"
                      .formatted(Depot.countOfRows())))
          .as("rows in the target that no part accounts for")
          .containsExactly("0");
    }
  }

  /**
   * Two of three at whatever is sent while rows are copied, the rest at a kind of statement that
   * changes something, so that rare ones are met, too. What goes on has less to send, so it is
   * struck earlier.
   *
   * @param life which of an import
   */
  private Strike strike(List<String> sent, int life) {
    if (sent.isEmpty() || count() >= KILLS) {
      return Strike.NONE;
    }
    int[] messages = random.nextInt(3) > 0 ? copies(sent) : ofOneKind(sent);
    boolean delivered = random.nextBoolean();
    int later = delivered ? random.nextInt(LATEST_MILLIS) : 0;
    return new Strike(
        messages[random.nextInt((messages.length + life - 1) / life)],
        delivered,
        Duration.ofMillis(later));
  }

  private static int[] copies(List<String> sent) {
    return messages(sent, kind -> kind.startsWith("COPY"));
  }

  private int[] ofOneKind(List<String> sent) {
    List<String> kinds =
        sent.stream().filter(kind -> CHANGING.matcher(kind).matches()).distinct().toList();
    return messages(sent, kinds.get(random.nextInt(kinds.size()))::equals);
  }

  /** Their numbers. */
  private static int[] messages(List<String> sent, Predicate<String> wanted) {
    return IntStream.rangeClosed(1, sent.size())
        .filter(message -> wanted.test(sent.get(message - 1)))
        .toArray();
  }

  private static String work(String kind) {
    String word = kind.split(" ")[0];
    return switch (word) {
      case "COPY", "COMMIT" -> word;
      case "CREATE", "ALTER", "DROP", "COMMENT" -> "definitions";
      default -> "ledger";
    };
  }
}
