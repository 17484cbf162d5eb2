package dev.overwinter.worker.settings;

import java.util.Objects;

/**
 * Where and how is logged.
 *
 * @param file the file with everything, or {@code off}
 * @param format of the file and of the console
 */
public record LogSettings(String file, Format format) {
  /** The file's name that stands for none: everything goes to the standard error stream then. */
  public static final String OFF = "off";

  public LogSettings {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(format, "format");
  }

  /** How a line looks. */
  public enum Format {
    /** For people. */
    TEXT,
    /** One JSON object a line. */
    JSON;

    /** As it is written in the settings. */
    public String jsonName() {
      return this == TEXT ? "text" : "json";
    }
  }
}
