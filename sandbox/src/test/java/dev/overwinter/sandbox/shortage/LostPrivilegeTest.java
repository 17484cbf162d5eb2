package dev.overwinter.sandbox.shortage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.sandbox.real.OnRealTemporal;
import dev.overwinter.sandbox.real.RealTemporal;
import dev.overwinter.sandbox.shortage.ShortNight.Work;
import dev.overwinter.workflows.status.Step;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody takes a privilege from a role in the middle of its work. */
@OnRealTemporal
@Timeout(600)
class LostPrivilegeTest {
  private static final String INDEXES_ASIDE =
      "SELECT count(*) FROM overwinter.put_aside WHERE kind = 'index' AND state = 'aside'";

  @TempDir private Path directory;

  @Test
  void a_role_that_may_not_read_load_or_create_any_more_parks_the_run_until_it_may()
      throws Exception {
    try (Night night = Night.prepare(directory, new RealTemporal())) {
      ShortNight shortNight = new ShortNight(night);
      shortNight.begin();
      shortNight.awaitMiddleOf(Work.EXPORTED);
      shortNight.onSource(reading("REVOKE", "FROM"));
      assertThat(shortNight.parkedIn(Step.EXPORT))
          .contains("PrivilegeMissing", "export of public.", "the source", "42501", "Grant");
      assertThat(shortNight.isInTheMiddleOf(Work.EXPORTED)).isTrue();

      shortNight.onSource(reading("GRANT", "TO"));
      shortNight.retry();
      shortNight.awaitMiddleOf(Work.LOADED);
      shortNight.onTarget(loading("REVOKE", "FROM"));
      shortNight.onTarget(creating("REVOKE", "FROM"));
      assertThat(shortNight.parkedIn(Step.IMPORT))
          .contains("PrivilegeMissing", "import of public.", "the target", "42501", "Grant");
      assertThat(shortNight.isInTheMiddleOf(Work.LOADED)).isTrue();

      shortNight.onTarget(loading("GRANT", "TO"));
      shortNight.retry();
      assertThat(shortNight.parkedIn(Step.IMPORT))
          .contains("PrivilegeMissing", "restoring the ", "the target", "42501", "Grant");
      assertThat(shortNight.isDone(Work.LOADED)).isTrue();
      assertThat(shortNight.target(INDEXES_ASIDE)).isPositive();

      shortNight.onTarget(creating("GRANT", "TO"));
      shortNight.retry();
      night.approve();
      shortNight.endsWell();
    }
  }

  /** Also as a member of roles that may; the application's own roles go on as they do. */
  private static String reading(String verb, String preposition) {
    return """
        %1$s SELECT ON ALL TABLES IN SCHEMA public %2$s %3$s;
        %1$s anon, authenticated, service_role, pg_read_all_data %2$s %3$s
        """
        .formatted(verb, preposition, SupabaseSource.OWNER);
  }

  private static String loading(String verb, String preposition) {
    return "%s INSERT ON ALL TABLES IN SCHEMA public %s %s"
        .formatted(verb, preposition, SelfHostedTarget.OWNER);
  }

  private static String creating(String verb, String preposition) {
    return "%s CREATE ON SCHEMA public %s %s".formatted(verb, preposition, SelfHostedTarget.OWNER);
  }
}
