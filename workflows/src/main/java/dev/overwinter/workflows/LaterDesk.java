package dev.overwinter.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.request.JsonInput;
import dev.overwinter.workflows.status.LaterState;
import java.util.List;

/**
 * Takes what operators say to a run that carries tables left for later, as {@link OperatorDesk}
 * does. Handlers only set fields here; nothing blocks.
 */
final class LaterDesk {
  private static final int MOST_CHARACTERS_OF_A_NAME = 100;
  private static final int MOST_CHARACTERS_OF_A_REASON = 300;

  private final LaterRecord record;

  private boolean retry;
  private boolean pointOfNoReturn;
  private String rollbackReason;

  LaterDesk(LaterRecord record) {
    this.record = record;
  }

  /** Something the operator may say. */
  enum Order {
    ROLLBACK("rollback", "Rolling back; the rows that were loaded are removed."),
    RETRY_STEP("retryStep", "Trying the step again.");

    private final String updateName;
    private final String answer;

    Order(String updateName, String answer) {
      this.updateName = updateName;
      this.answer = answer;
    }
  }

  boolean isRollbackWanted() {
    return rollbackReason != null;
  }

  boolean isRetryWanted() {
    return retry;
  }

  void retryBegins() {
    retry = false;
  }

  /**
   * After this a rollback is refused: the tables count as carried.
   *
   * @return false when a rollback was wanted in the same moment
   */
  boolean passPointOfNoReturn() {
    pointOfNoReturn = !isRollbackWanted();
    if (pointOfNoReturn) {
      record.cannotGoBack();
    }
    return pointOfNoReturn;
  }

  boolean isRollbackPossible() {
    return !pointOfNoReturn;
  }

  /** A rollback that nobody asked for. */
  void rollbackBecause(String reason) {
    if (rollbackReason == null) {
      rollbackReason = reason;
      record.decided("rollback", "overwinter", true, reason);
    }
  }

  /** Rejects an update that cannot be obeyed, before it enters the history. */
  void check(Order order, JsonNode json) {
    String objection = objectionTo(order, json);
    if (objection != null) {
      throw StepFailures.forPeople(order.updateName + ": " + objection, FailureType.NOT_NOW);
    }
  }

  /** Obeys an update that was checked. */
  String obey(Order order, JsonNode json) {
    String reason =
        Remark.of(new JsonInput(json, "the input").text("reason", ""), MOST_CHARACTERS_OF_A_REASON);
    switch (order) {
      case ROLLBACK -> rollbackReason = reason.isEmpty() ? "an operator asked for it" : reason;
      case RETRY_STEP -> retry = true;
    }
    record.decided(order.updateName, who(json), true, reason);
    return order.answer;
  }

  /** Obeys a signal where possible; records why where not. Never throws. */
  void signal(Order order, JsonNode json) {
    String objection = objectionTo(order, json);
    if (objection == null) {
      obey(order, json);
    } else {
      record.decided(order.updateName, who(json), false, objection);
    }
  }

  /** Records a signal that this workflow does not know. */
  void unknownSignal(String name) {
    record.decided(
        "signal " + Remark.of(name, MOST_CHARACTERS_OF_A_NAME),
        "somebody",
        false,
        "not known; known are rollback, retry-step");
  }

  private String objectionTo(Order order, JsonNode json) {
    JsonInput input = new JsonInput(json, "the input");
    input.requiredText("by", "your name, for the record");
    String objection =
        switch (order) {
          case ROLLBACK -> {
            input.text("reason", "");
            yield objectionToRollback();
          }
          case RETRY_STEP ->
              record.state() == LaterState.PARKED && !retry
                  ? null
                  : "no step is parked; there is nothing to try again";
        };
    List<String> problems = input.problems();
    return problems.isEmpty() ? objection : String.join("; ", problems);
  }

  private String objectionToRollback() {
    return switch (record.state()) {
      case ROLLING_BACK -> "the run is rolling back already";
      case CARRIED, ROLLED_BACK, REFUSED -> "the run has ended";
      case RUNNING, PARKED -> {
        if (isRollbackWanted()) {
          yield "the run is rolling back already";
        }
        yield pointOfNoReturn ? "the tables count as carried already. Retry the step" : null;
      }
    };
  }

  private static String who(JsonNode json) {
    JsonNode by = json == null ? null : json.get("by");
    return by != null && by.isTextual()
        ? Remark.of(by.textValue().strip(), MOST_CHARACTERS_OF_A_NAME)
        : "somebody";
  }
}
