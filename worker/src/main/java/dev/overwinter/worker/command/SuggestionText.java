package dev.overwinter.worker.command;

import dev.overwinter.activities.preflight.RuleSuggester.Suggestion;
import dev.overwinter.worker.watch.LineBreaks;
import dev.overwinter.worker.watch.Paint;
import dev.overwinter.worker.watch.Tone;
import dev.overwinter.workflows.steps.Finding;
import java.util.ArrayList;
import java.util.List;

/** What a person should look at in suggested rules. */
final class SuggestionText {
  private final Paint paint;
  private final int width;

  /**
   * @param width most characters in a line
   */
  SuggestionText(Paint paint, int width) {
    this.paint = paint;
    this.width = width;
  }

  String of(Suggestion suggestion, String file) {
    List<String> lines = new ArrayList<>();
    for (Finding doubt : suggestion.doubts()) {
      String line = "DOUBT     %s: %s".formatted(doubt.object(), doubt.message());
      lines.addAll(paint.beginning(Tone.ATTENTION, "DOUBT", LineBreaks.of(line, width)));
      lines.addAll(LineBreaks.of("          → " + doubt.remedy(), width));
    }
    String written =
        suggestion.tables().isEmpty()
            ? "Nothing differs that a rule could settle. Wrote the request to " + file + "."
            : "Wrote the request to %s, with rules for %d tables and %d doubts to look at."
                .formatted(file, suggestion.tables().size(), suggestion.doubts().size());
    lines.addAll(LineBreaks.of(written, width));
    lines.addAll(LineBreaks.of("Look at it with: overwinter plan --request " + file, width));
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }
}
