package dev.overwinter.sandbox.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.worker.process.Activities;
import dev.overwinter.workflows.steps.CopyActivities;
import dev.overwinter.workflows.steps.FreezeActivities;
import dev.overwinter.workflows.steps.RemapActivities;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** One copy of the depot into a database of its own, by processes that are killed. */
final class KilledCopy implements AutoCloseable {
  private static final int WORKERS = 2;

  /** About where a process that has opened its sessions takes its first chunk. */
  private static final int FIRST_MESSAGE = 80;

  private static final int MESSAGES_OF_A_SHARED_LIFE = 500;

  /** About where one that is alone has looked at both sides and begins. */
  private static final int FIRST_MESSAGE_ALONE = 165;

  private static final int MESSAGES_OF_A_LONE_LIFE = 200;

  /** Blows that fall before a process has anything in its hands, or between two things. */
  private static final int MISSES = 25;

  /** Of each deed that is done by one process alone. */
  private static final int LONE_KILLS = 4;

  private static final int LATEST_MILLIS = 20;

  private final Path archive;
  private final String run;
  private final List<String> sides;
  private final Random random;
  private final int kills;
  private final Connection source;
  private final Connection target;
  private final List<String> definitions;
  private final List<CopyDeed> deeds;
  private final Map<CopyDeed, Integer> landed = new EnumMap<>(CopyDeed.class);
  private int chunks;
  private int copying;
  private int redone;

  /**
   * @param kills how many blows are to land, about; once they have, processes live
   * @param random deals them
   */
  KilledCopy(
      SupabaseSource from,
      SelfHostedTarget to,
      Path directory,
      String run,
      int kills,
      Random random)
      throws SQLException {
    this.kills = kills;
    this.run = run;
    this.deeds =
        Stream.of(CopyDeed.values())
            .filter(deed -> deed.isOfEveryRun() || !run.endsWith(CopyDeed.STRAIGHT))
            .toList();
    this.archive = directory.resolve("archive-" + run);
    this.random = random;
    String database = run.replace('-', '_');
    to.createDatabase(database);
    try (Connection owner = to.connect(database, SelfHostedTarget.OWNER)) {
      Depot.makeTables(owner);
      Depot.enliven(owner);
    }
    source = from.connect(SupabaseSource.SUPERUSER);
    target = to.connect(database, SelfHostedTarget.SUPERUSER);
    sides =
        List.of(
            from.jdbcUrl(),
            from.user(),
            from.password(),
            to.jdbcUrl(database),
            to.user(),
            to.password());
    definitions = Depot.definitions(target);
  }

  /** Carries it out, and looks after each blow and in the end. */
  void carryOut() throws Exception {
    prepare();
    for (CopyDeed deed : deeds) {
      Phase phase = new Phase(deed);
      phase.run();
      if (deed.isShared()) {
        int begun = phase.copies(deed == CopyDeed.EXPORT ? " TO STDOUT" : " FROM STDIN");
        redone += begun - chunks;
        assertThat(begun - chunks)
            .as("chunks of %s that were begun again", deed)
            .isBetween(0, phase.inHands);
      }
    }
    assertThat(Depot.rows(target)).isEqualTo(Depot.rows(source));
    assertThat(Depot.definitions(target)).isEqualTo(definitions);
    assertThat(Depot.sequences(target)).isEqualTo(Depot.sequences(source));
    assertThat(leftBehind()).isEmpty();
  }

  private void prepare() throws SQLException {
    StepInput input = CopyDeed.input(run);
    try (Activities activities = CopyDeed.open(sides, archive.toString())) {
      activities.find(FreezeActivities.class).orElseThrow().guardTarget(input);
      chunks = activities.find(CopyActivities.class).orElseThrow().planChunks(input).chunks();
      activities.find(RemapActivities.class).orElseThrow().planRemap(input);
    }
  }

  private List<Path> leftBehind() throws Exception {
    try (Stream<Path> files = Files.exists(archive) ? Files.walk(archive) : Stream.empty()) {
      return files.filter(file -> file.toString().endsWith(".part")).toList();
    }
  }

  /** How often a process with work in its hands was killed. */
  Map<CopyDeed, Integer> landed() {
    return landed;
  }

  /** How often rows of a COPY were on their way then. */
  int copying() {
    return copying;
  }

  int chunks() {
    return chunks;
  }

  /** Chunks that were begun again, export and import counted apart. */
  int redone() {
    return redone;
  }

  /** One deed, from the first process to the one that finds nothing left. */
  private final class Phase {
    private final CopyDeed deed;
    private final List<String> begun = new ArrayList<>();
    private int inHands;
    private int missed;

    /** Messages of a whole life, once one was lived. */
    private int life = FIRST_MESSAGE_ALONE + MESSAGES_OF_A_LONE_LIFE;

    private Phase(CopyDeed deed) {
      this.deed = deed;
    }

    void run() {
      List<CompletableFuture<Void>> workers = new ArrayList<>();
      for (int worker = 0; worker < (deed.isShared() ? WORKERS : 1); worker++) {
        workers.add(CompletableFuture.runAsync(this::work));
      }
      try {
        workers.forEach(CompletableFuture::join);
      } catch (CompletionException e) {
        throw new AssertionError(deed + ": " + e.getCause().getMessage(), e.getCause());
      }
    }

    int copies(String direction) {
      return (int) begun.stream().filter(copy -> copy.contains(direction)).count();
    }

    /** One process after the other. */
    private void work() {
      try {
        boolean lived;
        do {
          lived = live();
          lookAtTheTarget();
        } while (!lived || isToBeDoneAgain());
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    private boolean live() throws Exception {
      List<String> arguments = new ArrayList<>(sides);
      arguments.addAll(List.of(archive.toString(), run, deed.name()));
      List<CopySight> seen = new ArrayList<>();
      Victim.End end =
          Victim.run(CopyDeed.class, arguments, strike(), lines -> seen.add(sight(lines)));
      end.awaitEndOfSessions(source);
      end.awaitEndOfSessions(target);
      synchronized (KilledCopy.this) {
        begun.addAll(end.copies());
        if (end.isOver()) {
          life = end.sent().size();
          return true;
        }
        assertThat(end.exitCode()).as(end.output()).isEqualTo(137);
        count(seen.get(0));
        return false;
      }
    }

    private void count(CopySight sight) {
      assertThat(sight.claimed()).hasSizeLessThanOrEqualTo(CopyDeed.LANES);
      inHands += sight.claimed().size();
      if (isAtWork(sight)) {
        landed.merge(deed, 1, Integer::sum);
        copying += sight.copying().isEmpty() ? 0 : 1;
      } else {
        miss();
      }
    }

    private void miss() {
      assertThat(++missed).as("blows at %s that found nothing in hand", deed).isLessThan(MISSES);
    }

    /** A life may be over before the blow that was meant for it. */
    private boolean isToBeDoneAgain() {
      synchronized (KilledCopy.this) {
        boolean again = deed.isRepeatable() && landed.getOrDefault(deed, 0) < quota();
        if (again) {
          miss();
        }
        return again;
      }
    }

    private boolean isAtWork(CopySight sight) {
      return switch (deed) {
        case EXPORT, IMPORT -> !sight.claimed().isEmpty();
        // It reads the ledger and writes files.
        case COMPLETE_ARCHIVE -> sight.open() > 0;
        case PUT_ASIDE, COMPLETE_LOAD -> sight.changing() > 0;
      };
    }

    private int quota() {
      int lone = Math.min(LONE_KILLS, kills);
      int loneDeeds = (int) deeds.stream().filter(it -> !it.isShared()).count();
      int sharedDeeds = deeds.size() - loneDeeds;
      return deed.isShared()
          ? (Math.max(0, kills - loneDeeds * lone) + sharedDeeds - 1) / sharedDeeds
          : lone;
    }

    private CopySight sight(Set<String> lines) throws SQLException {
      synchronized (KilledCopy.this) {
        String done = deed == CopyDeed.EXPORT ? "exported_at" : "loaded_at";
        return CopySight.of(source, target, done, lines);
      }
    }

    private Strike strike() {
      synchronized (KilledCopy.this) {
        if (landed.getOrDefault(deed, 0) >= quota()) {
          return Strike.NONE;
        }
        int first = deed.isShared() ? FIRST_MESSAGE : Math.min(FIRST_MESSAGE_ALONE, life - 1);
        int messages =
            deed.isShared()
                ? MESSAGES_OF_A_SHARED_LIFE
                : Math.min(MESSAGES_OF_A_LONE_LIFE, life - first);
        boolean delivered = random.nextBoolean();
        int later = delivered ? random.nextInt(LATEST_MILLIS) : 0;
        return new Strike(first + random.nextInt(messages), delivered, Duration.ofMillis(later));
      }
    }
  }

  private final Set<String> recorded = new HashSet<>();

  /** Every row that is there is recorded, and what is recorded stays as it was. */
  private synchronized void lookAtTheTarget() throws SQLException {
    List<String> difference =
        GuardLook.strings(
            target,
            "SELECT (%s - (SELECT coalesce(sum(loaded_rows), 0) FROM overwinter.chunk))::text"
                .formatted(Depot.countOfRows()));
    assertThat(difference).as("rows in the target that no chunk accounts for").containsExactly("0");
    List<String> now =
        GuardLook.strings(
            target,
            """
            SELECT concat_ws(' ', table_no, chunk_no, exported_at, loaded_at) FROM overwinter.chunk
             WHERE loaded_at IS NOT NULL
            """);
    assertThat(now).containsAll(recorded);
    recorded.addAll(now);
  }

  @Override
  public void close() throws SQLException {
    source.close();
    target.close();
  }
}
