package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.activities.freeze.SourceGuard;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.sandbox.app.SandboxSeed;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** However a freeze comes off, pg_dump sees the source that it saw before. */
@OnPostgresql
@Timeout(120)
final class FrozenCatalogTest {
  private static final String GUARDS =
      "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%overwinter%'";

  @TempDir private Path directory;
  private SupabaseSource source;
  private Database database;
  private FreezeStep step;

  @BeforeEach
  void a_source_with_one_of_everything() throws Exception {
    source = SupabaseSource.start(SandboxOptions.throwaway());
    source.plant(SandboxSeed.small());
    Workshop.addTo(source);
    database =
        new Database(
            new DatabaseSettings("source", source.jdbcUrl(), source.user(), source.password(), 3));
    step = new FreezeStep(database, database);
  }

  @AfterEach
  void close() {
    database.close();
    source.close();
  }

  @Test
  void a_freeze_that_is_lifted_or_unfrozen_by_force_leaves_no_byte_behind() throws Exception {
    DatabaseDump before = dump("before");

    step.raise(input(), new Follower());
    assertThat(dump("frozen").text()).contains("00_overwinter_refuse_writes");
    assertThat(step.lift(input(), new Follower()).leftBehind()).isZero();
    dump("lifted").isSameAs(before);

    step.raise(input(), new Follower());
    assertThat(SourceGuard.unfreeze(database, true).leftBehind()).isZero();
    dump("unfrozen").isSameAs(before);
  }

  @Test
  void a_schema_of_our_name_that_is_somebody_elses_stays_as_it_is() throws Exception {
    Workshop.addSomebodyElsesOverwinterTo(source);
    DatabaseDump before = dump("before");

    step.raise(input(), new Follower());
    assertThat(SourceGuard.unfreeze(database, true).leftBehind()).isZero();

    dump("unfrozen").isSameAs(before);
  }

  @Test
  void a_raise_that_died_half_way_leaves_no_byte_behind_once_it_is_unfrozen() throws Exception {
    DatabaseDump before = dump("before");
    Follower follower = new Follower();
    try (Connection writer = source.connect(SupabaseSource.OWNER);
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("LOCK TABLE workshop.tools IN ROW EXCLUSIVE MODE");
      CompletableFuture<?> raise = CompletableFuture.runAsync(() -> step.raise(input(), follower));
      while (guards() < 20) {
        assertThat(raise).isNotDone();
        Thread.sleep(20);
      }
      follower.dead = true;
      assertThatThrownBy(raise::join).hasCauseInstanceOf(Death.class);
      assertThat(guards()).isGreaterThanOrEqualTo(20);
      writer.rollback();
    }

    assertThat(SourceGuard.unfreeze(database, true).leftBehind()).isZero();

    dump("unfrozen").isSameAs(before);
  }

  @Test
  void a_log_of_definitions_among_the_tables_keeps_the_source_from_being_frozen_and_does_no_harm()
      throws Exception {
    DatabaseDump before = dump("before");
    execute(
        """
        CREATE TABLE public.ddl_log (tag text);
        ALTER TABLE public.ddl_log OWNER TO postgres;
        CREATE FUNCTION public.log_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
          AS $$ BEGIN INSERT INTO public.ddl_log VALUES (tg_tag); END $$;
        CREATE EVENT TRIGGER log_ddl ON ddl_command_end EXECUTE FUNCTION public.log_ddl();
        """);

    assertThatThrownBy(() -> step.raise(input(), new Follower()))
        .isInstanceOfSatisfying(
            StepException.class, failure -> assertThat(failure.type().isPermanent()).isTrue());

    execute(
        """
        DROP EVENT TRIGGER log_ddl;
        DROP FUNCTION public.log_ddl();
        DROP TABLE public.ddl_log;
        """);
    dump("refused").isSameAs(before);
  }

  private void execute(String sql) throws Exception {
    try (Connection superuser = source.connect(SupabaseSource.SUPERUSER);
        Statement statement = superuser.createStatement()) {
      statement.execute(sql);
    }
  }

  private static StepInput input() {
    var request = SandboxRequest.create();
    request.withArray("/schemas").add("workshop");
    return new StepInput(
        new RunKey("friday-night", "5c7a2a0e-8f27-4d39-b7a2-0f4e0c2f9a11"),
        RequestReader.read(request).request());
  }

  private long guards() throws Exception {
    try (Connection superuser = source.connect(SupabaseSource.SUPERUSER);
        Statement statement = superuser.createStatement();
        ResultSet row = statement.executeQuery(GUARDS)) {
      row.next();
      return row.getLong(1);
    }
  }

  private DatabaseDump dump(String name) throws Exception {
    String superuser = SupabaseSource.SUPERUSER;
    return DatabaseDump.of(
        directory, name, source.jdbcUrl(), superuser, source.passwordOf(superuser));
  }

  /** Ends the work where it stands, as the end of the process would: nothing is tidied up. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1;
  }

  private static final class Follower implements StepContext {
    private volatile boolean dead;

    @Override
    public void progress(Progress progress) {
      if (dead) {
        throw new Death();
      }
    }

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }
  }
}
