package dev.overwinter.activities.freeze;

import static dev.overwinter.activities.freeze.FreezeFixture.catalog;
import static dev.overwinter.activities.freeze.FreezeFixture.execute;
import static dev.overwinter.activities.freeze.FreezeFixture.input;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application that logs each change of a definition into a table which is frozen. */
class EventTriggerTest {
  private FreezeFixture fixture;

  @BeforeEach
  void open() throws SQLException {
    fixture = FreezeFixture.withTarget();
  }

  @AfterEach
  void close() throws SQLException {
    fixture.close();
  }

  @Test
  void one_that_writes_before_each_statement_does_not_keep_the_guard_from_coming_off()
      throws SQLException {
    try (Connection superuser = fixture.asSource("postgres");
        Connection writer = fixture.asSource("authenticated")) {
      log(superuser, "ddl_command_start");
      List<String> before = catalog(superuser);
      fixture.step().raise(input("a"), fixture.context());
      FreezeStepTest.assertRefused(writer, "INSERT INTO public.units VALUES (3)");

      fixture.step().lift(input("a"), fixture.context());

      execute(writer, "INSERT INTO public.units VALUES (3)");
      assertThat(catalog(superuser)).isEqualTo(before);
    }
  }

  @Test
  void nor_the_target_from_being_released() throws SQLException {
    try (Connection superuser = fixture.asTarget("postgres")) {
      log(superuser, "ddl_command_start");
      execute(superuser, "ALTER EVENT TRIGGER log DISABLE");
      fixture.step().guardTarget(input("a"), fixture.context());
      fixture.step().raise(input("a"), fixture.context());
      execute(superuser, "ALTER EVENT TRIGGER log ENABLE");
      fixture.step().makePermanent(input("a"), fixture.context());

      fixture.step().releaseTarget(input("a"), fixture.context());

      execute(superuser, "DELETE FROM public.units");
    }
  }

  @Test
  void one_that_writes_after_each_statement_is_named_and_the_source_stays_free()
      throws SQLException {
    try (Connection superuser = fixture.asSource("postgres");
        Connection writer = fixture.asSource("authenticated")) {
      log(superuser, "ddl_command_end");
      List<String> before = catalog(superuser);

      assertThatThrownBy(() -> fixture.step().raise(input("a"), fixture.context()))
          .isInstanceOfSatisfying(
              StepException.class,
              e -> assertThat(e.type()).isEqualTo(FailureType.DATABASE_REFUSED))
          .hasMessageContaining("event trigger of the source")
          .hasMessageContaining("ALTER EVENT TRIGGER");

      execute(writer, "INSERT INTO public.units VALUES (3)");
      assertThat(catalog(superuser)).isEqualTo(before);
    }
  }

  private static void log(Connection superuser, String event) throws SQLException {
    execute(
        superuser,
        """
        CREATE TABLE public.ddl_log (tag text);
        CREATE FUNCTION public.log_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
          AS $$ BEGIN INSERT INTO public.ddl_log VALUES (tg_tag); END $$;
        GRANT TRIGGER ON public.ddl_log TO PUBLIC;
        CREATE EVENT TRIGGER log ON %s EXECUTE FUNCTION public.log_ddl();
        """
            .formatted(event));
  }
}
