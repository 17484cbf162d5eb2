package dev.overwinter.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.request.JsonInput;
import dev.overwinter.workflows.status.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Takes what operators say, decides whether it can be obeyed now, and keeps it for the workflow's
 * main thread. Handlers only set fields here; nothing blocks.
 */
final class OperatorDesk {
  private static final int LEAST_DIGEST_CHARACTERS = 8;
  private static final int MOST_CHARACTERS_OF_A_NAME = 100;
  private static final int MOST_CHARACTERS_OF_A_REASON = 300;

  private final RunRecord record;

  private boolean approved;
  private boolean retry;
  private boolean paused;
  private boolean pointOfNoReturn;
  private String rollbackReason;

  /**
   * @param memory what was said before the run continued as new, or null
   */
  OperatorDesk(RunRecord record, Memory memory) {
    this.record = record;
    if (memory != null) {
      approved = memory.approved();
      retry = memory.retry();
      paused = memory.paused();
      pointOfNoReturn = memory.pointOfNoReturn();
      rollbackReason = memory.rollbackReason();
    }
  }

  /**
   * What a run that continues as new keeps of what operators said.
   *
   * @param rollbackReason why a rollback is wanted, or null
   */
  record Memory(
      boolean approved,
      boolean retry,
      boolean paused,
      boolean pointOfNoReturn,
      String rollbackReason) {}

  Memory memory() {
    return new Memory(approved, retry, paused, pointOfNoReturn, rollbackReason);
  }

  boolean isApproved() {
    return approved;
  }

  boolean isPaused() {
    return paused;
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
   * After this a rollback is refused: the target may have been released.
   *
   * @return false when a rollback was wanted in the same moment; then the target must stay guarded
   */
  boolean passPointOfNoReturn() {
    pointOfNoReturn = !isRollbackWanted();
    return pointOfNoReturn;
  }

  boolean isRollbackPossible() {
    return !pointOfNoReturn;
  }

  /** A rollback that nobody asked for: a deadline, a lapsed lease, a cancelled workflow. */
  void rollbackBecause(String reason) {
    if (rollbackReason == null) {
      rollbackReason = reason;
      record.decided("rollback", "overwinter", true, reason);
    }
  }

  /** Something the operator may say. */
  enum Order {
    APPROVE_GO_LIVE("approveGoLive") {
      @Override
      String objection(OperatorDesk desk, JsonInput input) {
        String digest =
            input.requiredText("verification", "the digest that status shows").toLowerCase();
        if (desk.record.state() != RunState.WAITING_FOR_APPROVAL) {
          return "the run does not wait for approval";
        }
        if (desk.isRollbackWanted()) {
          return "the run is rolling back";
        }
        if (desk.approved) {
          return "going live is approved already";
        }
        if (digest.length() < LEAST_DIGEST_CHARACTERS) {
          return "verification must be the digest that status shows, at least its first %d characters"
              .formatted(LEAST_DIGEST_CHARACTERS);
        }
        if (!desk.record.verification().startsWith(digest)) {
          return "this is not the digest of the verification that passed; look at status again";
        }
        return null;
      }

      @Override
      String obey(OperatorDesk desk, JsonInput input) {
        desk.approved = true;
        return "Approved; going live.";
      }
    },
    ROLLBACK("rollback") {
      @Override
      String objection(OperatorDesk desk, JsonInput input) {
        input.text("reason", "");
        return switch (desk.record.state()) {
          case ROLLING_BACK -> "the run is rolling back already";
          case LIVE, ROLLED_BACK, REFUSED -> "the run has ended";
          case RUNNING, PAUSED, PARKED, WAITING_FOR_APPROVAL -> {
            if (desk.isRollbackWanted()) {
              yield "the run is rolling back already";
            }
            yield desk.pointOfNoReturn
                ? "the target is being released; both sides would take writes. Retry the step"
                : null;
          }
        };
      }

      @Override
      String obey(OperatorDesk desk, JsonInput input) {
        desk.rollbackReason = reason(input, "an operator asked for it");
        return "Rolling back; the source is released first.";
      }
    },
    RETRY_STEP("retryStep") {
      @Override
      String objection(OperatorDesk desk, JsonInput input) {
        return desk.record.state() == RunState.PARKED && !desk.retry
            ? null
            : "no step is parked; there is nothing to try again";
      }

      @Override
      String obey(OperatorDesk desk, JsonInput input) {
        desk.retry = true;
        return "Trying the step again.";
      }
    },
    PAUSE("pause") {
      @Override
      String objection(OperatorDesk desk, JsonInput input) {
        if (desk.paused) {
          return "the run is paused already";
        }
        return switch (desk.record.state()) {
          case RUNNING, PARKED -> null;
          case PAUSED -> "the run is paused already";
          case WAITING_FOR_APPROVAL -> "the run waits for approval; it goes nowhere by itself";
          case ROLLING_BACK, LIVE, ROLLED_BACK, REFUSED -> "the run cannot be paused any more";
        };
      }

      @Override
      String obey(OperatorDesk desk, JsonInput input) {
        desk.paused = true;
        return "Stopping before the next step. The frozen window goes on.";
      }
    },
    RESUME("resume") {
      @Override
      String objection(OperatorDesk desk, JsonInput input) {
        return desk.paused ? null : "the run is not paused";
      }

      @Override
      String obey(OperatorDesk desk, JsonInput input) {
        desk.paused = false;
        return "Going on.";
      }
    },
    EXTEND_DEADLINE("extendDeadline") {
      @Override
      String objection(OperatorDesk desk, JsonInput input) {
        if (extension(input) == null) {
          input.requiredText("for", "how much longer, as an ISO 8601 duration such as \"PT1H\"");
        }
        return desk.record.deadline() == null || desk.isRollbackWanted()
            ? "no frozen window is open"
            : null;
      }

      @Override
      String obey(OperatorDesk desk, JsonInput input) {
        Instant extended = desk.record.deadline().plus(extension(input));
        desk.record.deadline(extended);
        return "The frozen window ends " + extended + ".";
      }

      private Duration extension(JsonInput input) {
        return input.duration("for", null, Duration.ofSeconds(1), Duration.ofDays(7));
      }
    };

    private final String updateName;

    Order(String updateName) {
      this.updateName = updateName;
    }

    /** Why the order cannot be obeyed now, or null; reads every field that it knows. */
    abstract String objection(OperatorDesk desk, JsonInput input);

    /** Obeys; called only without an objection. */
    abstract String obey(OperatorDesk desk, JsonInput input);
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
    JsonInput input = new JsonInput(json, "the input");
    String answer = order.obey(this, input);
    record.decided(order.updateName, who(json), true, reason(input, ""));
    return answer;
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
        "not known; known are approve-go-live, rollback, retry-step, pause, resume, extend-deadline");
  }

  private String objectionTo(Order order, JsonNode json) {
    JsonInput input = new JsonInput(json, "the input");
    input.requiredText("by", "your name, for the record");
    String objection = order.objection(this, input);
    List<String> problems = input.problems();
    return problems.isEmpty() ? objection : String.join("; ", problems);
  }

  private static String reason(JsonInput input, String otherwise) {
    return Remark.of(input.text("reason", otherwise), MOST_CHARACTERS_OF_A_REASON);
  }

  private static String who(JsonNode json) {
    JsonNode by = json == null ? null : json.get("by");
    return by != null && by.isTextual()
        ? Remark.of(by.textValue().strip(), MOST_CHARACTERS_OF_A_NAME)
        : "somebody";
  }
}
