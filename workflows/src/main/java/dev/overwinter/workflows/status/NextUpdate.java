package dev.overwinter.workflows.status;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An update that the operator may send now, ready to be pasted once the name is filled in.
 *
 * @param name the update's name
 * @param input the fields of its input
 * @param effect what it does, in a few words
 */
public record NextUpdate(String name, List<Field> input, String effect) {
  private static final int SHORT_DIGEST = 12;
  private static final Field YOUR_NAME = new Field("by", "YOUR NAME");
  private static final Pattern NEEDS_NO_QUOTES = Pattern.compile("[A-Za-z0-9_./:@%+,-]+");

  public NextUpdate {
    Objects.requireNonNull(name, "name");
    input = List.copyOf(input);
    Objects.requireNonNull(effect, "effect");
  }

  /** A field of an input; its value is a text without quotes in it. */
  public record Field(String name, String value) {}

  /**
   * What may be sent in a state, the likeliest first.
   *
   * @param verification digest that an approval must name, or null before verification passed
   * @param rollingBack whether a parked run is on its way back
   */
  public static List<NextUpdate> in(RunState state, String verification, boolean rollingBack) {
    return switch (state) {
      case WAITING_FOR_APPROVAL -> List.of(approve(verification), rollback());
      case PARKED -> rollingBack ? List.of(retry()) : List.of(retry(), rollback());
      case PAUSED -> List.of(resume(), rollback());
      case RUNNING -> List.of(rollback());
      case ROLLING_BACK, LIVE, ROLLED_BACK, REFUSED -> List.of();
    };
  }

  private static NextUpdate approve(String verification) {
    return new NextUpdate(
        "approveGoLive",
        List.of(YOUR_NAME, new Field("verification", shortDigest(verification))),
        "Go live with exactly what was verified");
  }

  private static NextUpdate rollback() {
    return new NextUpdate(
        "rollback",
        List.of(YOUR_NAME, new Field("reason", "WHY")),
        "Go back: the source takes writes again, the target is emptied");
  }

  private static NextUpdate retry() {
    return new NextUpdate("retryStep", List.of(YOUR_NAME), "Try again, once the cause is removed");
  }

  private static NextUpdate resume() {
    return new NextUpdate("resume", List.of(YOUR_NAME), "Go on");
  }

  /** As much of a digest as somebody has to type. */
  public static String shortDigest(String digest) {
    return digest == null ? "" : digest.substring(0, Math.min(SHORT_DIGEST, digest.length()));
  }

  /** The line to type into a shell. */
  public String commandLine(String workflowId) {
    return String.join(" ", commandLines(workflowId));
  }

  /** The same in parts that fit a narrow page; all but the last need a backslash behind them. */
  List<String> commandLines(String workflowId) {
    return List.of(
        "temporal workflow update execute",
        "--workflow-id " + quoted(workflowId),
        "--name " + name,
        "--input '" + json() + "'");
  }

  private String json() {
    return input.stream()
        .map(field -> "\"%s\":\"%s\"".formatted(field.name(), field.value()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  /**
   * The input as the web UI's dialog formats it. Anything else is formatted when the mouse goes
   * down on the dialog's button, which moves away under it, and the click is lost.
   */
  List<String> dialogLines() {
    String fields =
        input.stream()
            .map(field -> "  \"%s\": \"%s\"".formatted(field.name(), field.value()))
            .collect(Collectors.joining(",\n"));
    return List.of(("{\n" + fields + "\n}").split("\n"));
  }

  private static String quoted(String text) {
    return NEEDS_NO_QUOTES.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
