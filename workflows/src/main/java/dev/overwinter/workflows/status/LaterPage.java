package dev.overwinter.workflows.status;

import static dev.overwinter.workflows.status.Page.code;
import static dev.overwinter.workflows.status.Page.plain;

import dev.overwinter.workflows.status.NextUpdate.Field;
import dev.overwinter.workflows.steps.Finding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Draws the status of a run that carries tables left for later, as {@link Dashboard} does. */
public final class LaterPage {
  private static final int MOST_LISTED = 12;
  private static final Field YOUR_NAME = new Field("by", "YOUR NAME");

  private final LaterStatus status;
  private final Instant asOf;
  private final Page page = new Page();

  private LaterPage(LaterStatus status, Instant asOf) {
    this.status = status;
    this.asOf = asOf;
  }

  /**
   * A page of at most 20 KB, which is what Temporal keeps.
   *
   * @param asOf when the status was true
   */
  public static String markdown(LaterStatus status, Instant asOf) {
    return new LaterPage(status, asOf).draw();
  }

  /**
   * What may be sent in a state, the likeliest first.
   *
   * @param mayGoBack whether a rollback is still possible
   */
  public static List<NextUpdate> updates(LaterState state, boolean mayGoBack) {
    NextUpdate rollback =
        new NextUpdate(
            "rollback",
            List.of(YOUR_NAME, new Field("reason", "WHY")),
            "Go back: the rows that this run has loaded are removed");
    NextUpdate retry =
        new NextUpdate("retryStep", List.of(YOUR_NAME), "Try again, once the cause is removed");
    return switch (state) {
      case PARKED -> mayGoBack ? List.of(retry, rollback) : List.of(retry);
      case RUNNING -> mayGoBack ? List.of(rollback) : List.of();
      case ROLLING_BACK, CARRIED, ROLLED_BACK, REFUSED -> List.of();
    };
  }

  private String draw() {
    page.heading(headline());
    page.block(situation());
    page.block("As of " + HumanTime.moment(asOf) + ".");
    offers();
    page.section("Steps");
    page.fenced(steps());
    if (!status.tables().isEmpty()) {
      page.section("Tables that run " + status.of() + " left for later");
      page.list(shortened(status.tables().stream().map(Page::code).toList()));
    }
    findings();
    decisions();
    page.block(
        "Never **Terminate** or **Reset** this run: neither cleans anything up."
            + (status.nextCommands().isEmpty() ? "" : " **Request Cancellation** rolls back."));
    return page.toString();
  }

  private String headline() {
    String title = status.step().title();
    return switch (status.state()) {
      case RUNNING -> "Running: " + title;
      case PARKED -> "WAITING FOR OPERATOR";
      case ROLLING_BACK -> "Rolling back";
      case CARRIED -> "CARRIED: the tables are in the target";
      case ROLLED_BACK -> "ROLLED BACK: the loaded rows are removed";
      case REFUSED -> "REFUSED: nothing was touched";
    };
  }

  private String situation() {
    String waitingFor = plain(status.waitingFor());
    return switch (status.state()) {
      case RUNNING ->
          "**Nothing to do: the run goes on by itself.** The application may go on, too.";
      case PARKED -> waitingFor;
      case ROLLING_BACK ->
          "**Nothing to do: the run goes back by itself.** At work: " + waitingFor + ".";
      case CARRIED -> "**Nothing is left to do here.**";
      case ROLLED_BACK ->
          "**Nothing is left to do here.** To try again, start a run under a new workflow id.";
      case REFUSED -> "**" + waitingFor + "**";
    };
  }

  private void offers() {
    for (String command : status.nextCommands()) {
      page.fenced(Arrays.asList(command.replace(" --", " \\\n  --").split("\n")));
    }
  }

  private List<String> steps() {
    List<String> lines = new ArrayList<>();
    for (StepStatus step : status.steps()) {
      String line = "%s %-10s ".formatted(sign(step), step.step().title());
      lines.addAll(
          Columns.hanging(
              line, step.state() == StepState.DONE ? step.headline() : "", Page.COLUMNS));
    }
    return lines;
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

  private void findings() {
    if (status.findings().isEmpty()) {
      return;
    }
    page.section("Findings");
    page.list(shortened(status.findings().stream().map(LaterPage::told).toList()));
  }

  private static String told(Finding finding) {
    String remedy = finding.remedy().isEmpty() ? "" : " → " + plain(finding.remedy());
    return "**%s** %s: %s%s"
        .formatted(
            finding.severity().name().toLowerCase(Locale.ROOT),
            code(finding.object()),
            plain(finding.message()),
            remedy);
  }

  private void decisions() {
    if (status.decisions().isEmpty()) {
      return;
    }
    List<String> latestFirst = new ArrayList<>();
    for (Decision decision : status.decisions()) {
      latestFirst.add(
          0,
          "%s %s: **%s**%s%s"
              .formatted(
                  HumanTime.clock(Instant.parse(decision.when()), asOf),
                  plain(decision.who()),
                  plain(decision.what()),
                  decision.obeyed() ? "" : " (not obeyed)",
                  decision.note().isEmpty() ? "" : ", " + plain(decision.note())));
    }
    page.section("Decisions, latest first");
    page.list(shortened(latestFirst));
  }

  private static List<String> shortened(List<String> items) {
    if (items.size() <= MOST_LISTED) {
      return items;
    }
    List<String> some = new ArrayList<>(items.subList(0, MOST_LISTED));
    some.add("and %d more in the query `status`".formatted(items.size() - MOST_LISTED));
    return some;
  }
}
