package dev.overwinter.sandbox.freeze;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.archive.ChunkPlanner;
import dev.overwinter.activities.archive.ExportLane;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.workflows.steps.FreezeReport;
import dev.overwinter.workflows.steps.StepInput;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The application in full use while the freeze goes up. */
@Tag("real")
@Timeout(120)
class ManyWritersTest {
  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(500);

  /** For a machine with fewer processors than the application has writers. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private static final Duration AT_FULL_SPEED = Duration.ofSeconds(2);
  private static final Duration LONG_WRITE = Duration.ofSeconds(3);

  @Test
  void every_acknowledged_write_is_exported_and_none_comes_later(@TempDir Path archive)
      throws Exception {
    StepInput input =
        FrozenSource.input("crowd", "{\"lockTimeout\": \"%s\"}".formatted(LOCK_TIMEOUT));
    try (EmbeddedPostgres server = FrozenSource.startServer();
        FrozenSource source = FrozenSource.on(server);
        Database target = source.newTarget(input);
        Crowd crowd = new Crowd()) {
      Crowd.prepare(source);
      Connection longReader = source.open("postgres");
      Sql.execute(longReader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
      Sql.query(longReader, "SELECT count(*) FROM public.crowd_01");
      crowd.start(source);
      Thread.sleep(AT_FULL_SPEED.toMillis());
      CompletableFuture<Void> longWriter = writeForLong(source);

      crowd.freezeBegins();
      long begun = System.nanoTime();
      FreezeReport report = source.step().raise(input, FrozenSource.context(told -> {}));
      Duration raised = Duration.ofNanos(System.nanoTime() - begun);
      crowd.freezeStands();
      assertThat(longWriter).isDone();
      export(source, target, input, archive);
      source.step().prove(input, FrozenSource.context(told -> {}));
      List<CrowdWriter> writers = crowd.end();
      longReader.close();

      Map<String, String> acknowledged = Crowd.acknowledged(writers);
      acknowledged.put("crowd_00 long", "crowd for long");
      assertThat(ExportedRows.of(archive)).isEqualTo(acknowledged);
      assertThat(writers).allSatisfy(writer -> assertThat(writer.accepted).isPositive());
      assertThat(writers).allSatisfy(writer -> assertThat(writer.refused).isPositive());
      assertThat(writers).allSatisfy(writer -> assertThat(writer.acceptedLate).isZero());
      Duration stall = longest(writers, writer -> writer.longestNanosWhile);
      Duration before = longest(writers, writer -> writer.longestNanosBefore);
      System.out.printf(
          "%s transactions accepted, %s refused, %d rows; %d tables frozen in %d ms;"
              + " longest answer %d ms before, %d ms meanwhile%n",
          sum(writers, writer -> writer.accepted),
          sum(writers, writer -> writer.refused),
          acknowledged.size(),
          report.guardedTables(),
          raised.toMillis(),
          before.toMillis(),
          stall.toMillis());
      // What the machine alone may cost shows in the answers before.
      assertThat(stall).isLessThan(LOCK_TIMEOUT.plus(SLACK).plus(before));
    }
  }

  /** Has written when this returns, and commits a good while later. */
  private static CompletableFuture<Void> writeForLong(FrozenSource source) throws Exception {
    Connection session = source.open("postgres");
    Sql.execute(session, "BEGIN");
    Sql.execute(session, "INSERT INTO public.crowd_00 VALUES ('long', 'crowd for long')");
    return CompletableFuture.runAsync(
        () -> {
          try (session) {
            Thread.sleep(LONG_WRITE.toMillis());
            Sql.execute(session, "COMMIT");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void export(FrozenSource source, Database target, StepInput input, Path archive) {
    StepContext context = FrozenSource.context(told -> {});
    new ChunkPlanner(source.database(), target).plan(input, context);
    new ExportLane(source.database(), target, archive).run(input, context);
  }

  private static Duration longest(List<CrowdWriter> writers, ToLongFunction<CrowdWriter> nanos) {
    return Duration.ofNanos(writers.stream().mapToLong(nanos).max().orElseThrow());
  }

  private static String sum(List<CrowdWriter> writers, ToLongFunction<CrowdWriter> count) {
    return Long.toString(writers.stream().mapToLong(count).sum());
  }
}
