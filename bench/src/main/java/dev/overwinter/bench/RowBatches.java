package dev.overwinter.bench;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** The scripted way: rows inserted into the complete tables, 500 a transaction. */
final class RowBatches implements Contender {
  private static final long SAMPLE = 100_000;

  private final boolean together;

  /**
   * @param together 500 rows a statement; otherwise a statement a row
   */
  RowBatches(boolean together) {
    this.together = together;
  }

  @Override
  public String key() {
    return together ? "batches-values" : "batches";
  }

  @Override
  public String title() {
    return together
        ? "Row batches: 500 rows an `INSERT` and transaction"
        : "Row batches: an `INSERT` a row, 500 a transaction";
  }

  @Override
  public String remarks() {
    return "measured on %,d rows and multiplied, which leaves out that larger indexes are slower; no proof, no mapping, no resume"
        .formatted(SAMPLE);
  }

  @Override
  public Template template() {
    return Template.COMPLETE;
  }

  @Override
  public long sample() {
    return SAMPLE;
  }

  @Override
  public boolean fits(String shape) {
    return shape.equals(Shape.LARGE);
  }

  @Override
  public String obstacle(Setting setting) {
    return setting.shape().rows() < SAMPLE ? "there are fewer rows than its sample has" : "";
  }

  @Override
  public void prepare(Setting setting) throws SQLException {
    for (Shape.Table table : setting.shape().tables().subList(1, setting.shape().tables().size())) {
      setting
          .target()
          .execute(
              Setting.DATABASE, "INSERT INTO public.%s %s".formatted(table.name(), table.fill()));
    }
  }

  @Override
  public List<String> command(Setting setting) {
    return Java.command(
        BatchCopy.class,
        setting.shape().tables().get(0).name(),
        Long.toString(SAMPLE),
        Boolean.toString(together));
  }

  @Override
  public Map<String, String> environment(Setting setting) {
    return Java.databases(setting);
  }
}
