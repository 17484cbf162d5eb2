package dev.overwinter.workflows;

import static dev.overwinter.workflows.ScriptedNight.APPROVAL;
import static dev.overwinter.workflows.ScriptedNight.ONE_LANE;
import static dev.overwinter.workflows.ScriptedNight.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.steps.NamespaceActivities;
import io.temporal.api.enums.v1.EventType;
import io.temporal.common.SearchAttributeKey;
import io.temporal.common.SearchAttributes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RunSearchTest {
  private ScriptedNight night = new ScriptedNight();

  @AfterEach
  void stop() {
    night.close();
  }

  @Test
  void a_run_is_found_by_its_state_and_by_whether_it_waits_for_somebody() throws Exception {
    night.registerSearchAttributes();
    night.steps.failOnce("createUsers", FailureType.USERS_QUARANTINED, "2 users need a decision");
    night.start(json(ONE_LANE));
    night.await(RunState.PARKED);

    assertShown("PARKED", "CREATE_USERS", true);
    night.update("retryStep", "{\"by\":\"ann\"}");
    night.await(RunState.WAITING_FOR_APPROVAL);
    assertShown("WAITING_FOR_APPROVAL", "APPROVAL", true);
    night.update("approveGoLive", APPROVAL);
    night.result();
    assertShown("LIVE", "GO_LIVE", false);
    // Nine steps, one park, one retry, one wait, the end, and what was before the first step.
    assertThat(upserts()).isLessThanOrEqualTo(14);
    night.replay();
  }

  @Test
  void it_is_found_after_it_has_continued_as_new_without_being_shown_again() throws Exception {
    night.close();
    night = new ScriptedNight(new LongHistory(200));
    night.registerSearchAttributes();
    night.start(json(ONE_LANE));
    night.await(RunState.WAITING_FOR_APPROVAL);

    night.chatter();

    assertThat(night.status().state()).isEqualTo(RunState.WAITING_FOR_APPROVAL);
    assertThat(upserts()).isZero();
    assertShown("WAITING_FOR_APPROVAL", "APPROVAL", true);
  }

  @Test
  void a_service_that_does_not_tell_is_no_reason_to_stop() throws Exception {
    night.steps.searchAttributesAre(null);
    night.start(json(ONE_LANE));

    night.await(RunState.WAITING_FOR_APPROVAL);

    assertThat(upserts()).isZero();
  }

  private long upserts() {
    return night.client().fetchHistory("night-1").getEvents().stream()
        .filter(
            event -> event.getEventType() == EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)
        .count();
  }

  private void assertShown(String state, String step, boolean needsOperator) {
    SearchAttributes shown = night.run().describe().getTypedSearchAttributes();
    assertThat(shown.get(SearchAttributeKey.forKeyword(NamespaceActivities.STATE)))
        .isEqualTo(state);
    assertThat(shown.get(SearchAttributeKey.forKeyword(NamespaceActivities.STEP))).isEqualTo(step);
    assertThat(shown.get(SearchAttributeKey.forBoolean(NamespaceActivities.NEEDS_OPERATOR)))
        .isEqualTo(needsOperator);
  }
}
