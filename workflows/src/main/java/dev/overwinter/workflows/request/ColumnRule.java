package dev.overwinter.workflows.request;

/**
 * How a column differs between source and target. It is keyed by the column's name in the source,
 * or, where the source has none of that name, by its name in the target.
 *
 * @param rename the column's name in the target, or null to keep it
 * @param drop whether the column of the source stays behind; nothing else is said then
 * @param expression SQL that gives the target's values, evaluated on a row of the source, or null
 * @param constant an SQL literal that every row gets, or null
 */
public record ColumnRule(String rename, boolean drop, String expression, String constant) {
  public ColumnRule {
    boolean says = rename != null || expression != null || constant != null;
    if (drop == says || expression != null && constant != null) {
      throw new IllegalArgumentException("a column is dropped, or one thing is said of its values");
    }
  }

  /** The column's name in the target. */
  public String nameInTarget(String key) {
    return rename == null ? key : rename;
  }

  /** SQL that makes the values, or null when they are those of the source's column. */
  public String value() {
    return constant == null ? expression : constant;
  }
}
