package dev.overwinter.workflows.request;

/** How the files of the archive are written. */
public enum Compression {
  /** As they are, for every tool to read. */
  NONE("none"),
  /** As gzip writes them, at its fastest. */
  GZIP("gzip");

  private final String jsonName;

  Compression(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in requests. */
  public String jsonName() {
    return jsonName;
  }
}
