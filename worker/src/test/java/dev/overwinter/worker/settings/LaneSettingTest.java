package dev.overwinter.worker.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaneSettingTest {
  @Test
  void a_worker_takes_as_many_lanes_as_it_has_connections_for() {
    assertThat(read(Map.of()).lanes()).isEqualTo(7);
    assertThat(read(Map.of("OVERWINTER_SOURCE_MAX_CONNECTIONS", "40")).lanes()).isEqualTo(13);
    assertThat(read(Map.of("OVERWINTER_TARGET_MAX_CONNECTIONS", "3")).lanes()).isEqualTo(1);
  }

  @Test
  void it_can_be_told_to_take_fewer() {
    assertThat(read(Map.of("OVERWINTER_LANES", "2")).lanes()).isEqualTo(2);
  }

  @Test
  void lanes_that_would_wait_for_a_connection_are_refused() {
    assertThatThrownBy(() -> read(Map.of("OVERWINTER_LANES", "8")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("worker.lanes is 8, but there are connections for 7")
        .hasMessageContaining("raise source.maxConnections");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", "201"})
  void anything_else_is_no_number_of_lanes(String lanes) {
    assertThatThrownBy(() -> read(Map.of("OVERWINTER_LANES", lanes)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("worker.lanes must be a whole number from 1 to 200");
  }

  private static WorkerSettings read(Map<String, String> variables) {
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("OVERWINTER_SOURCE_URL", "postgresql://localhost/postgres");
    environment.put("OVERWINTER_SOURCE_USER", "postgres");
    environment.put("OVERWINTER_SOURCE_PASSWORD", "secret");
    environment.put("OVERWINTER_TARGET_URL", "postgresql://localhost/app");
    environment.put("OVERWINTER_TARGET_USER", "app");
    environment.put("OVERWINTER_TARGET_PASSWORD", "secret");
    environment.put("OVERWINTER_STACK_URL", "https://auth.example.org");
    environment.put("OVERWINTER_STACK_PROJECT_ID", "6f1c0a54-8a43-4a7a-9a9f-0a2f4b0c1d2e");
    environment.put("OVERWINTER_STACK_SECRET_KEY", "ssk_secret");
    return SettingsReader.read(null, environment);
  }
}
