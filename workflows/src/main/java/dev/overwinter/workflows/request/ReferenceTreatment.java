package dev.overwinter.workflows.request;

/** What is done with a column in which user ids were found. */
public enum ReferenceTreatment {
  /** Old ids of carried users become their new ids. */
  MAP("map"),
  /** Values stay as they are. */
  LEAVE("leave");

  private final String jsonName;

  ReferenceTreatment(String jsonName) {
    this.jsonName = jsonName;
  }

  /** The name in requests. */
  public String jsonName() {
    return jsonName;
  }
}
