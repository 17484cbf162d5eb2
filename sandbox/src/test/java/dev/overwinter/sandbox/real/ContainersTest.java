package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** Whole nights between PostgreSQL servers as others build and configure them. */
@OnDocker
@Timeout(600)
class ContainersTest {
  @TempDir Path directory;

  @Test
  void a_night_goes_live_between_databases_in_containers() throws Exception {
    try (PostgreSQLContainer source = PostgresImage.server(SupabaseSource.SETTINGS);
        PostgreSQLContainer target = PostgresImage.server(Map.of())) {
      source.start();
      target.start();
      try (Night night =
          Night.prepareOn(
              directory, PostgresImage.addressOf(source), PostgresImage.addressOf(target))) {
        night.begin();
        night.approve();
        RunStatus end = night.result();

        assertThat(end.state()).isEqualTo(RunState.LIVE);
        night.traffic.stop();
        Expect.everyRowOnTheTarget(night.stage);
        Expect.noAcceptedWriteLost(night.stage, night.traffic, end.frozenSince());
        Expect.oneAccountPerUser(night.stage);
      }
    }
  }

  @Test
  void a_night_that_goes_back_leaves_databases_in_containers_as_they_were() throws Exception {
    try (PostgreSQLContainer source = PostgresImage.server(SupabaseSource.SETTINGS);
        PostgreSQLContainer target = PostgresImage.server(Map.of())) {
      source.start();
      target.start();
      try (Night night =
          Night.prepareOn(
              directory, PostgresImage.addressOf(source), PostgresImage.addressOf(target))) {
        Map<String, String> definitions = Expect.definitions(night.stage);
        night.begin();
        night.await(RunState.WAITING_FOR_APPROVAL);
        night.rollBack();

        assertThat(night.result().state()).isEqualTo(RunState.ROLLED_BACK);
        Expect.noRowOnTheTarget(night.stage);
        Expect.noTraceOnTheSource(night.stage);
        assertThat(Expect.definitions(night.stage)).isEqualTo(definitions);
      }
    }
  }
}
