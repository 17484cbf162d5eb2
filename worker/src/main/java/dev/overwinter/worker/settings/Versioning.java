package dev.overwinter.worker.settings;

import java.util.Locale;

/** Whether a run stays with the version of the worker that began it. */
public enum Versioning {
  /** Any worker of the task queue goes on with any run. */
  NONE,
  /** A run ends on the version that it began with. */
  PINNED;

  String jsonName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
