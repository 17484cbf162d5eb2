package dev.overwinter.worker.command;

import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.PreflightReport;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** A preflight report as people read it. */
final class PlanText {
  private static final int SEVERITY_WIDTH = 10;
  private static final int OBJECT_WIDTH = 32;
  private static final int MESSAGE_WIDTH = 78;

  private PlanText() {}

  static String of(PreflightReport report) {
    StringBuilder text = new StringBuilder();
    if (!report.findings().isEmpty()) {
      text.append(findings(report)).append(System.lineSeparator());
    }
    long users = report.users().values().stream().mapToLong(Long::longValue).sum();
    String classes =
        report.users().entrySet().stream()
            .map(entry -> "%s %,d".formatted(entry.getKey().jsonName(), entry.getValue()))
            .collect(Collectors.joining(", "));
    line(text, "tables", "%,d".formatted(report.tables()));
    line(text, "rows, about", "%,d".formatted(report.estimatedRows()));
    line(text, "bytes", "%,d".formatted(report.bytes()));
    line(text, "users", "%,d%s".formatted(users, classes.isEmpty() ? "" : ": " + classes));
    line(text, "user id columns", "%,d".formatted(report.referenceColumns()));
    line(text, "frozen for about", frozen(Duration.ofSeconds(report.estimatedSeconds())));
    text.append(System.lineSeparator()).append(verdict(report)).append(System.lineSeparator());
    return text.toString();
  }

  private static String findings(PreflightReport report) {
    TextTable table =
        TextTable.forColumns(
            new ColorScheme.Builder(Ansi.OFF).build(),
            new Column(SEVERITY_WIDTH, 0, Overflow.TRUNCATE),
            new Column(OBJECT_WIDTH, 0, Overflow.WRAP),
            new Column(MESSAGE_WIDTH, 1, Overflow.WRAP));
    for (Finding finding : report.findings()) {
      table.addRowValues(finding.severity().name(), finding.object(), finding.message());
      if (!finding.remedy().isEmpty()) {
        table.addRowValues("", "", "→ " + finding.remedy());
      }
    }
    return table.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("%-18s%s%n".formatted(name, value));
  }

  private static String frozen(Duration duration) {
    long minutes = duration.toMinutes();
    return duration.toSeconds() < 120
        ? duration.toSeconds() + " s"
        : String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
  }

  private static String verdict(PreflightReport report) {
    long blockers =
        report.findings().stream()
            .filter(finding -> finding.severity() == Finding.Severity.BLOCKER)
            .count();
    return blockers == 0
        ? "Nothing stands in the way. Nothing was written."
        : "%d %s in the way. Nothing was written."
            .formatted(blockers, blockers == 1 ? "blocker is" : "blockers are");
  }
}
