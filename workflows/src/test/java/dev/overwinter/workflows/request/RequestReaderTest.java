package dev.overwinter.workflows.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.workflows.steps.FreezeReport;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Input that no person types, and a broken script does. */
@Timeout(10)
class RequestReaderTest {
  private final ObjectNode json = new ObjectMapper().createObjectNode();

  @Test
  void of_a_thousand_mistakes_the_first_are_told_and_the_others_counted() {
    for (int field = 0; field < 1_000; field++) {
      json.put("field" + field, field);
    }

    List<String> problems = RequestReader.read(json).problems();

    assertThat(problems).hasSize(51).last().isEqualTo("and 950 more");
    assertThat(problems.get(0)).startsWith("field0 is not known here");
  }

  @Test
  void names_of_any_length_make_short_messages() {
    json.put("x".repeat(100_000), 1);
    json.withArray("skipTables").add("y".repeat(100_000));

    assertThat(RequestReader.read(json).problems())
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem).hasSizeLessThan(300));
  }

  @Test
  void a_request_that_would_burst_the_history_is_refused() {
    json.withArray("skipTables").add("public." + "y".repeat(300_000));

    assertThat(RequestReader.read(json).problems())
        .containsExactly("the request has 300,026 characters; at most 262,144 are taken");
  }

  @Test
  void an_order_with_a_wrong_duration_is_told_a_right_one() {
    JsonInput input = new JsonInput(json.put("for", "2 hours"), "the input");
    input.duration("for", null, Duration.ofSeconds(1), Duration.ofDays(7));

    assertThat(input.problems())
        .containsExactly(
            "for must be an ISO 8601 duration from PT1S to PT168H, such as \"PT1H\", not \"2 hours\"");
  }

  @Test
  void writers_are_ended_only_when_it_is_asked_for_and_before_they_are_given_up_on() {
    assertThat(RequestReader.read(json).request().freeze().endWritersSeconds()).isZero();

    json.withObject("/freeze").put("endWriters", "PT2M");
    assertThat(RequestReader.read(json).request().freeze().endWritersSeconds()).isEqualTo(120);

    json.withObject("/freeze").put("drain", "PT2M");
    assertThat(RequestReader.read(json).problems())
        .containsExactly(
            "freeze.endWriters must be shorter than freeze.drain, which is PT2M: nobody would ever be ended");

    json.withObject("/freeze").put("endWriters", "PT0.5S");
    assertThat(RequestReader.read(json).problems())
        .singleElement(InstanceOfAssertFactories.STRING)
        .startsWith("freeze.endWriters must be an ISO 8601 duration from PT1S to PT4H");
  }

  @Test
  void what_an_older_version_wrote_down_reads_with_the_rules_of_its_time() throws IOException {
    String rules =
        "{\"leaseSeconds\":60,\"lockTimeoutMillis\":2000,\"drainSeconds\":600,\"windowSeconds\":60,\"afterWindow\":\"WAIT\"}";
    String report =
        "{\"frozenSince\":\"2026-01-01T00:00:00Z\",\"guardedTables\":3,\"waitedMillis\":12,\"rolesProven\":4}";

    assertThat(recorded(rules, FreezeRules.class).endWritersSeconds()).isZero();
    assertThat(recorded(report, FreezeReport.class))
        .isEqualTo(new FreezeReport("2026-01-01T00:00:00Z", 3, 12, 4, 0, 0));
  }

  /** As a workflow's history gives it back. */
  private static <T> T recorded(String json, Class<T> type) throws IOException {
    return JacksonJsonPayloadConverter.newDefaultObjectMapper().readValue(json, type);
  }

  @Test
  void what_is_no_object_is_said_once() {
    JsonInput input = new JsonInput(new ObjectMapper().createArrayNode(), "the input");
    input.requiredText("by", "your name");

    assertThat(input.problems()).containsExactly("the input must be a JSON object, not a list");
  }
}
