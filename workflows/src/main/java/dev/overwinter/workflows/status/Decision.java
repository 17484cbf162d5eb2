package dev.overwinter.workflows.status;

import java.util.Objects;

/**
 * Something an operator said.
 *
 * @param what the update or signal
 * @param who who said it, as told; never checked here
 * @param when when it arrived, ISO 8601 in UTC
 * @param obeyed whether it was obeyed
 * @param note the reason given, or why it was not obeyed; may be empty
 */
public record Decision(String what, String who, String when, boolean obeyed, String note) {
  public Decision {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(who, "who");
    Objects.requireNonNull(when, "when");
    Objects.requireNonNull(note, "note");
  }
}
