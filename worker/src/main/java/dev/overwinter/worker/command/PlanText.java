package dev.overwinter.worker.command;

import dev.overwinter.worker.watch.FoldedFindings;
import dev.overwinter.worker.watch.LineBreaks;
import dev.overwinter.worker.watch.Paint;
import dev.overwinter.worker.watch.Tone;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.request.UserRules;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.PreflightReport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A preflight report as people read it. */
final class PlanText {
  private final UserRules rules;
  private final Paint paint;
  private final int width;
  private final boolean notes;
  private final StringBuilder text = new StringBuilder();

  /**
   * @param width most characters in a line
   * @param notes whether notes are shown, not only counted
   */
  PlanText(UserRules rules, Paint paint, int width, boolean notes) {
    this.rules = rules;
    this.paint = paint;
    this.width = width;
    this.notes = notes;
  }

  /** To be called once. */
  String of(PreflightReport report) {
    FoldedFindings.of(report.findings()).stream()
        .filter(finding -> notes || finding.severity() != Severity.NOTE)
        .forEach(this::finding);
    long noted = FoldedFindings.count(report.findings(), Severity.NOTE);
    if (noted > 0 && !notes) {
      line(
          Tone.PLAIN,
          "NOTE      %d %s, to be seen with --notes"
              .formatted(noted, noted == 1 ? "note" : "notes"));
    }
    if (!report.findings().isEmpty()) {
      line(Tone.PLAIN, "");
    }
    figures(report);
    line(Tone.PLAIN, "");
    verdict(FoldedFindings.count(report.findings(), Severity.BLOCKER));
    return text.toString();
  }

  private void finding(Finding finding) {
    Tone tone =
        switch (finding.severity()) {
          case BLOCKER -> Tone.BAD;
          case WARNING -> Tone.ATTENTION;
          case NOTE -> Tone.PLAIN;
        };
    String severity = "%-8s".formatted(finding.severity());
    String line = "%s  %s: %s".formatted(severity, finding.object(), finding.message());
    append(paint.beginning(tone, severity, LineBreaks.of(line, width)));
    if (!finding.remedy().isEmpty()) {
      line(Tone.PLAIN, "          → " + finding.remedy());
    }
  }

  private void figures(PreflightReport report) {
    figure("tables", "%,d", report.tables());
    figure("rows, about", "%,d", report.estimatedRows());
    figure("bytes", "%,d", report.bytes());
    figure("user id columns", "%,d", report.referenceColumns());
    figure("frozen for about", "%s", frozen(Duration.ofSeconds(report.estimatedSeconds())));
    figure("users", "%,d", report.users().values().stream().mapToLong(Long::longValue).sum());
    report.users().forEach(this::userClass);
  }

  private void userClass(UserClass userClass, long users) {
    String rule = rules.treatments().get(userClass).jsonName();
    line(
        Tone.PLAIN,
        String.format(Locale.ROOT, "  %-16s%,10d  %s", userClass.jsonName(), users, rule));
  }

  private void figure(String name, String format, Object value) {
    line(Tone.PLAIN, "%-18s%10s".formatted(name, String.format(Locale.ROOT, format, value)));
  }

  private static String frozen(Duration duration) {
    long minutes = duration.toMinutes();
    return duration.toSeconds() < 120
        ? duration.toSeconds() + " s"
        : String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
  }

  private void verdict(long blockers) {
    if (blockers == 0) {
      line(Tone.GOOD, "Nothing stands in the way. Nothing was written.");
    } else {
      line(
          Tone.BAD,
          "%d %s in the way. Nothing was written."
              .formatted(blockers, blockers == 1 ? "blocker is" : "blockers are"));
    }
  }

  private void line(Tone tone, String line) {
    append(LineBreaks.of(line, width).stream().map(part -> paint.on(tone, part)).toList());
  }

  private void append(List<String> lines) {
    lines.forEach(line -> text.append(line).append(System.lineSeparator()));
  }
}
