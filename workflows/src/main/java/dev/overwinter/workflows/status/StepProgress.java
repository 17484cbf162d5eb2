package dev.overwinter.workflows.status;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * How far the step at work was when it was last looked at: a picture for people, never a fact to
 * decide by.
 *
 * @param step the step it is about
 * @param asOf when it was taken, ISO 8601 in UTC
 * @param done units done
 * @param total units in all, or 0 when unknown
 * @param unit what is counted: rows, users
 * @param workDone how much of the step's work is done, in bytes of tables or what costs as much
 * @param workTotal how much work the step is, or 0 when that is not known
 * @param expectedEnd when the step should end if it goes on as it went so far, ISO 8601 in UTC, or
 *     null when that cannot be said yet
 * @param tables the tables at work first, then the largest; not all of them where there are many
 * @param moreTables tables that are not listed
 */
public record StepProgress(
    Step step,
    String asOf,
    long done,
    long total,
    String unit,
    long workDone,
    long workTotal,
    String expectedEnd,
    List<TableProgress> tables,
    int moreTables) {
  public StepProgress {
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(asOf, "asOf");
    Objects.requireNonNull(unit, "unit");
    tables = List.copyOf(tables);
  }

  /** The same picture with a forecast. */
  public StepProgress expectedToEnd(Instant when) {
    return new StepProgress(
        step, asOf, done, total, unit, workDone, workTotal, when.toString(), tables, moreTables);
  }

  /** Done and total of what is forecast by: the work where it is known, else what is counted. */
  public long forecastDone() {
    return workTotal > 0 ? workDone : done;
  }

  /** See {@link #forecastDone()}. */
  public long forecastTotal() {
    return workTotal > 0 ? workTotal : total;
  }
}
