package dev.overwinter.workflows.status;

import dev.overwinter.workflows.steps.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Draws a status as Markdown: what the web UI shows as current details, and the head of a report.
 */
public final class Dashboard {
  private static final int MOST_FINDINGS = 20;
  private static final int MOST_DECISIONS = 10;

  /** Temporal keeps at most 20 KB of details. */
  private static final int MOST_CHARACTERS = 18_000;

  private Dashboard() {}

  /** A page of at most 20 KB, which is what Temporal keeps. */
  public static String markdown(RunStatus status) {
    StringBuilder page = new StringBuilder();
    page.append("## ").append(headline(status)).append("\n\n");
    if (!status.waitingFor().isEmpty()) {
      page.append("**").append(plain(status.waitingFor())).append("**\n\n");
    }
    if (status.frozenSince() != null) {
      page.append("Source frozen since ").append(status.frozenSince());
      if (status.deadline() != null) {
        page.append(", window ends ").append(status.deadline());
      }
      page.append(".\n\n");
    }
    commands(page, status.nextCommands());
    steps(page, status.steps());
    findings(page, status.findings());
    decisions(page, status.decisions());
    return page.length() <= MOST_CHARACTERS ? page.toString() : page.substring(0, MOST_CHARACTERS);
  }

  private static String headline(RunStatus status) {
    return switch (status.state()) {
      case RUNNING -> "Running: " + status.step().title();
      case PAUSED -> "Paused before: " + status.step().title();
      case PARKED -> "WAITING FOR OPERATOR: " + status.step().title() + " failed";
      case WAITING_FOR_APPROVAL -> "WAITING FOR APPROVAL to go live";
      case ROLLING_BACK -> "Rolling back";
      case LIVE -> "Live on the target";
      case ROLLED_BACK -> "Rolled back: the source is writable";
      case REFUSED -> "Refused: nothing was touched";
    };
  }

  private static void commands(StringBuilder page, List<String> commands) {
    if (!commands.isEmpty()) {
      page.append("What to type next:\n\n```\n");
      page.append(String.join("\n", commands)).append("\n```\n\n");
    }
  }

  private static void steps(StringBuilder page, List<StepStatus> steps) {
    page.append("| step | state | time | |\n|---|---|---|---|\n");
    for (StepStatus step : steps) {
      page.append("| ").append(step.step().title());
      page.append(" | ").append(step.state().name().toLowerCase());
      page.append(" | ").append(took(step));
      page.append(" | ").append(plain(step.summary())).append(" |\n");
    }
    page.append('\n');
  }

  private static String took(StepStatus step) {
    if (step.startedAt() == null) {
      return "";
    }
    if (step.finishedAt() == null) {
      return "since " + step.startedAt();
    }
    return Duration.between(Instant.parse(step.startedAt()), Instant.parse(step.finishedAt()))
            .toSeconds()
        + " s";
  }

  private static void findings(StringBuilder page, List<Finding> findings) {
    if (findings.isEmpty()) {
      return;
    }
    page.append("| finding | about | what | remedy |\n|---|---|---|---|\n");
    for (Finding finding : findings.subList(0, Math.min(MOST_FINDINGS, findings.size()))) {
      page.append("| ").append(finding.severity().name().toLowerCase());
      page.append(" | ").append(plain(finding.object()));
      page.append(" | ").append(plain(finding.message()));
      page.append(" | ").append(plain(finding.remedy())).append(" |\n");
    }
    if (findings.size() > MOST_FINDINGS) {
      page.append("\nand ").append(findings.size() - MOST_FINDINGS);
      page.append(" more in the query `status`.\n");
    }
    page.append('\n');
  }

  private static void decisions(StringBuilder page, List<Decision> decisions) {
    if (decisions.isEmpty()) {
      return;
    }
    page.append("| when | who | said | |\n|---|---|---|---|\n");
    for (Decision decision :
        decisions.subList(Math.max(0, decisions.size() - MOST_DECISIONS), decisions.size())) {
      page.append("| ").append(decision.when());
      page.append(" | ").append(plain(decision.who()));
      page.append(" | ").append(plain(decision.what()));
      page.append(decision.obeyed() ? "" : " (not obeyed)");
      page.append(" | ").append(plain(decision.note())).append(" |\n");
    }
  }

  /** Keeps what people typed and what databases are called from breaking the table. */
  private static String plain(String text) {
    return text.replace("|", "\\|").replace('\n', ' ').replace('\r', ' ');
  }
}
