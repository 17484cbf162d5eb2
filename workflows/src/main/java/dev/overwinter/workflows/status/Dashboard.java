package dev.overwinter.workflows.status;

import static dev.overwinter.workflows.status.Page.code;
import static dev.overwinter.workflows.status.Page.plain;

import dev.overwinter.workflows.steps.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Draws a status as Markdown: what the web UI shows as current details, and the head of a report.
 * What somebody must do comes first, what was done comes last.
 */
public final class Dashboard {
  /** The web UI passes the page to itself in an address, of which many proxies let 8 KB through. */
  private static final int MOST_FINDINGS = 12;

  private static final int MOST_DECISIONS = 10;

  private final RunStatus status;
  private final Instant asOf;
  private final Page page = new Page();

  private Dashboard(RunStatus status, Instant asOf) {
    this.status = status;
    this.asOf = asOf;
  }

  /**
   * A page of at most 20 KB, which is what Temporal keeps.
   *
   * @param asOf when the status was true
   */
  public static String markdown(RunStatus status, Instant asOf) {
    return new Dashboard(status, asOf).draw();
  }

  private String draw() {
    page.heading(headline());
    situation();
    List<NextUpdate> updates =
        NextUpdate.in(status.state(), status.verification(), isRollingBack());
    boolean needsSomebody = status.state() != RunState.RUNNING;
    if (needsSomebody) {
      updates.forEach(this::offer);
    }
    if (status.state() == RunState.WAITING_FOR_APPROVAL) {
      page.block("The whole digest: " + code(String.valueOf(status.verification())));
    }
    steps();
    tables();
    decisions();
    if (!needsSomebody) {
      updates.forEach(this::offer);
    }
    findings();
    figures();
    page.block(
        updates.isEmpty()
            ? "Never **Reset** this run: that does parts of it again."
            : "**Request Cancellation** rolls back, too. Never **Terminate** or **Reset** this run:"
                + " neither cleans anything up.");
    return page.toString();
  }

  private String headline() {
    String title = status.step().title();
    return switch (status.state()) {
      case RUNNING -> "Running: " + title;
      case PAUSED -> "PAUSED before: " + title;
      case PARKED ->
          "WAITING FOR OPERATOR: " + (isRollingBack() ? "the way back" : title) + " failed";
      case WAITING_FOR_APPROVAL -> "WAITING FOR APPROVAL to go live";
      case ROLLING_BACK -> "Rolling back";
      case LIVE -> "LIVE on the target";
      case ROLLED_BACK -> "ROLLED BACK: the source takes writes";
      case REFUSED -> "REFUSED: nothing was touched";
    };
  }

  /** A step that parked says so itself; on the way back all are given up. */
  private boolean isRollingBack() {
    return status.steps().stream().noneMatch(step -> step.state() == StepState.PARKED);
  }

  private void situation() {
    String waitingFor = plain(status.waitingFor());
    page.block(
        switch (status.state()) {
          case RUNNING -> "**Nothing to do: the run goes on by itself.**";
          case PARKED -> waitingFor;
          case PAUSED, WAITING_FOR_APPROVAL, REFUSED -> "**" + waitingFor + "**";
          case ROLLING_BACK ->
              "**Nothing to do: the run goes back by itself.** At work: " + waitingFor + ".";
          case LIVE ->
              "**Nothing is left to do here.** The target takes writes; the source stays frozen"
                  + " as it was, to be read only.";
          case ROLLED_BACK ->
              "**Nothing is left to do here.** What the run had made was removed again. To try"
                  + " again, start a run under a new workflow id.";
        });
    page.block("As of " + HumanTime.moment(asOf) + "." + frozen());
  }

  private String frozen() {
    if (status.frozenSince() == null) {
      return "";
    }
    Instant since = Instant.parse(status.frozenSince());
    String text = " The source is frozen since " + HumanTime.clock(since, asOf);
    if (status.deadline() == null) {
      return text + ".";
    }
    return text
        + "; the frozen window ends at %s, in %s."
            .formatted(
                HumanTime.clock(Instant.parse(status.deadline()), asOf),
                HumanTime.duration(Duration.between(asOf, Instant.parse(status.deadline()))));
  }

  private void offer(NextUpdate update) {
    page.section(update.effect());
    page.block(
        "In this web UI: **More Actions**, **Send an Update**, Name %s, Data:"
            .formatted(code(update.name())));
    page.fenced(update.dialogLines());
    page.block("Or on a command line:");
    String continued = String.join(" \\\n  ", update.commandLines(status.run().workflowId()));
    page.fenced(Arrays.asList(continued.split("\n")));
  }

  private void steps() {
    boolean back =
        status.state() == RunState.ROLLING_BACK || status.state() == RunState.ROLLED_BACK;
    page.section(back ? "Steps until it went back" : "Steps");
    List<String> lines = new ArrayList<>();
    for (StepStatus step : status.steps()) {
      String line = "%s %-13s %-12s".formatted(sign(step), step.step().title(), time(step));
      lines.addAll(Columns.hanging(line, done(step), Page.COLUMNS));
    }
    page.fenced(lines);
  }

  private static String sign(StepStatus step) {
    return switch (step.state()) {
      case PENDING -> "·";
      case RUNNING -> "▶";
      case PARKED -> "!";
      case DONE -> "✓";
      case ABANDONED -> "✗";
    };
  }

  private String time(StepStatus step) {
    if (step.startedAt() == null) {
      return "";
    }
    Instant started = Instant.parse(step.startedAt());
    return switch (step.state()) {
      case PENDING -> "";
      case RUNNING ->
          isWatched(step)
              ? HumanTime.duration(Duration.between(started, asOf))
              : "since " + HumanTime.clock(started, asOf);
      case PARKED -> "failed; began " + HumanTime.clock(started, asOf);
      case DONE -> took(step);
      case ABANDONED -> "given up";
    };
  }

  private static String took(StepStatus step) {
    Instant started = Instant.parse(step.startedAt());
    return HumanTime.duration(Duration.between(started, Instant.parse(step.finishedAt())));
  }

  private String done(StepStatus step) {
    if (isWatched(step)) {
      return amount(status.progress());
    }
    return step.state() == StepState.DONE ? step.headline() : "";
  }

  private boolean isWatched(StepStatus step) {
    return step.state() == StepState.RUNNING
        && status.progress() != null
        && status.progress().step() == step.step();
  }

  private String amount(StepProgress progress) {
    if (progress.total() <= 0) {
      return "%s %s".formatted(number(progress.done()), progress.unit());
    }
    boolean isMoreToCome =
        progress.done() >= progress.total() && progress.workDone() < progress.workTotal();
    String amount =
        "%s of about %s %s (%d %%%s)"
            .formatted(
                number(progress.done()),
                number(progress.total()),
                progress.unit(),
                Math.min(100, 100 * progress.forecastDone() / progress.forecastTotal()),
                isMoreToCome ? ", now the indexes" : "");
    if (progress.expectedEnd() != null) {
      Instant end = Instant.parse(progress.expectedEnd());
      amount += ", should end at " + HumanTime.clock(end, asOf);
    }
    return amount;
  }

  private void tables() {
    StepProgress progress = status.progress();
    if (progress == null || progress.tables().isEmpty()) {
      return;
    }
    page.section(
        "Tables in %s at %s"
            .formatted(
                progress.step().title(), HumanTime.clock(Instant.parse(progress.asOf()), asOf)));
    List<String> lines = new ArrayList<>(Columns.ofTables(progress.tables()));
    if (progress.moreTables() > 0) {
      lines.add("and %d more tables".formatted(progress.moreTables()));
    }
    page.fenced(lines);
  }

  private void findings() {
    List<Finding> findings = status.findings();
    if (findings.isEmpty()) {
      return;
    }
    page.section("Findings");
    List<String> items = new ArrayList<>();
    for (Finding finding : findings.subList(0, Math.min(MOST_FINDINGS, findings.size()))) {
      String remedy = finding.remedy().isEmpty() ? "" : " → " + plain(finding.remedy());
      items.add(
          "**%s** %s: %s%s"
              .formatted(
                  finding.severity().name().toLowerCase(Locale.ROOT),
                  code(finding.object()),
                  plain(finding.message()),
                  remedy));
    }
    if (findings.size() > MOST_FINDINGS) {
      items.add("and %d more in the query `status`".formatted(findings.size() - MOST_FINDINGS));
    }
    page.list(items);
  }

  private void decisions() {
    if (status.decisions().isEmpty()) {
      return;
    }
    page.section("Decisions, latest first");
    List<Decision> latestFirst = new ArrayList<>(status.decisions());
    Collections.reverse(latestFirst);
    page.list(latestFirst.stream().limit(MOST_DECISIONS).map(this::told).toList());
  }

  private String told(Decision decision) {
    return "%s %s: **%s**%s%s"
        .formatted(
            HumanTime.clock(Instant.parse(decision.when()), asOf),
            plain(decision.who()),
            plain(decision.what()),
            decision.obeyed() ? "" : " (not obeyed)",
            decision.note().isEmpty() ? "" : ", " + plain(decision.note()));
  }

  /** What the steps did beyond their headlines. */
  private void figures() {
    List<String> items = new ArrayList<>();
    for (StepStatus step : status.steps()) {
      String rest = step.summary().substring(step.headline().length());
      if (step.state() == StepState.DONE && rest.length() > 1) {
        items.add("**%s**: %s".formatted(step.step().title(), plain(rest.substring(1))));
      }
    }
    if (!items.isEmpty()) {
      page.section("Figures").list(items);
    }
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
