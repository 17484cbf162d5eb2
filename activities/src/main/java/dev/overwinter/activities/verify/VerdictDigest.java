package dev.overwinter.activities.verify;

import dev.overwinter.activities.Sha256;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Finding;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * SHA-256 over everything a verdict rests on, so that an approval can name exactly that. The text
 * that is hashed has one line for the run, each table, each check and each finding; fields are
 * separated by tabs, and every field is escaped as in JSON where it holds a control character.
 */
final class VerdictDigest {
  private final StringBuilder text = new StringBuilder();

  private VerdictDigest() {}

  static String of(RunKey run, List<TableComparison.Result> tables, List<Check.Result> checks) {
    VerdictDigest digest = new VerdictDigest();
    digest.line("overwinter verification", "1", run.runId());
    for (TableComparison.Result table : tables) {
      digest.line(
          "table",
          table.table().schema(),
          table.table().name(),
          table.verdict().name(),
          String.valueOf(table.exportedDigest()),
          String.valueOf(table.sourceDigest()),
          String.valueOf(table.targetDigest()));
      digest.findings(table.findings());
    }
    for (Check.Result check : checks) {
      digest.line("check", check.name(), check.verdict().name());
      digest.findings(check.findings());
    }
    return digest.sha256();
  }

  private void findings(List<Finding> findings) {
    for (Finding finding : findings) {
      line("finding", finding.severity().name(), finding.object(), finding.message());
    }
  }

  private void line(String... fields) {
    for (String field : fields) {
      field.chars().forEach(this::append);
      text.append('\t');
    }
    text.append('\n');
  }

  private void append(int character) {
    if (character < ' ' || character == '\\') {
      text.append("\\u%04x".formatted(character));
    } else {
      text.append((char) character);
    }
  }

  private String sha256() {
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(Sha256.newDigest().digest(bytes));
  }
}
