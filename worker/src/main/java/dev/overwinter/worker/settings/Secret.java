package dev.overwinter.worker.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What must be known to the process and to nobody else: read from a variable or from a file. */
enum Secret {
  SOURCE_PASSWORD("OVERWINTER_SOURCE_PASSWORD", "the source role's password"),
  TARGET_PASSWORD("OVERWINTER_TARGET_PASSWORD", "the target role's password"),
  STACK_SECRET_KEY("OVERWINTER_STACK_SECRET_KEY", "the Stack Auth project's secret server key"),
  PAYLOAD_KEY("OVERWINTER_PAYLOAD_KEY", "the key that payloads are encrypted with"),
  PAYLOAD_OLD_KEYS("OVERWINTER_PAYLOAD_OLD_KEYS", "keys that payloads were encrypted with before"),
  CODEC_TOKEN("OVERWINTER_CODEC_TOKEN", "what callers of the codec endpoint must name"),
  HOOK_SECRET("OVERWINTER_HOOK_SECRET", "what announcements of the freeze are signed with");

  private final String variable;
  private final String meaning;

  Secret(String variable, String meaning) {
    this.variable = variable;
    this.meaning = meaning;
  }

  String variable() {
    return variable;
  }

  String fileVariable() {
    return variable + "_FILE";
  }

  /** The secret; empty, with a problem noted, when there is none. */
  String read(Map<String, String> environment, List<String> problems) {
    if (!isSet(environment)) {
      problems.add(
          "%s is missing: set it to %s, or set %s to a file that holds it"
              .formatted(variable, meaning, fileVariable()));
    }
    return readOptional(environment, problems);
  }

  boolean isSet(Map<String, String> environment) {
    return environment.containsKey(variable) || environment.containsKey(fileVariable());
  }

  /** The secret; empty where there is none, or where a problem was noted. */
  String readOptional(Map<String, String> environment, List<String> problems) {
    String value = environment.get(variable);
    String file = environment.get(fileVariable());
    if (value != null && file != null) {
      problems.add("%s and %s are both set: unset one".formatted(variable, fileVariable()));
      return "";
    }
    if (value != null) {
      return value;
    }
    return file == null ? "" : readFile(file, problems);
  }

  private String readFile(String file, List<String> problems) {
    try {
      // An editor ends the file with a line break that is no part of the secret.
      return Files.readString(Path.of(file)).stripTrailing();
    } catch (IOException | InvalidPathException e) {
      problems.add(
          "%s names %s, which cannot be read: create it, readable by this process's user"
              .formatted(fileVariable(), file));
      return "";
    }
  }
}
