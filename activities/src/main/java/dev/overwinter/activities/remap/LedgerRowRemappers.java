package dev.overwinter.activities.remap;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.CopiedTable;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Makes remappers by the plan in the ledger. Holds the mapping of the run it was last asked for, 64
 * bytes a person, shared by all lanes; a first lane loads it while the others wait. Thread-safe.
 */
public final class LedgerRowRemappers implements RowRemappers {
  private static final int ROWS_AT_A_TIME = 10_000;

  private static final String MAPPING =
      """
      SELECT supabase_id, stack_id FROM overwinter.user_mapping
       WHERE run_id = ? ORDER BY supabase_id
      """;

  private Loaded loaded;

  @Override
  public RowRemapper forTable(Connection target, RunKey run, CopiedTable table)
      throws SQLException {
    RemapLedger.Plan plan =
        RemapLedger.plan(target, run)
            .orElseThrow(
                () ->
                    new StepException(
                        FailureType.INTERNAL, "The run has no remap plan to import rows by."));
    List<CopiedColumn> columns = table.columns();
    List<RemapLedger.MappedColumn> mapped =
        RemapLedger.mappedColumns(target, run).stream()
            .filter(column -> column.table().equals(table.source()))
            .toList();
    if (mapped.isEmpty()) {
      return RowRemapper.NOTHING;
    }
    int[] places = mapped.stream().mapToInt(column -> place(columns, column)).toArray();
    IdKind[] kinds = mapped.stream().map(RemapLedger.MappedColumn::kind).toArray(IdKind[]::new);
    return new MappedValues(places, kinds, mapping(target, run, plan));
  }

  private static int place(List<CopiedColumn> columns, RemapLedger.MappedColumn mapped) {
    return IntStream.range(0, columns.size())
        .filter(place -> columns.get(place).name().equals(mapped.column()))
        .findFirst()
        .orElseThrow(
            () ->
                new StepException(
                    FailureType.TARGET_CHANGED,
                    "%s.%s is to be remapped but is no longer copied. Retry from the remap plan."
                        .formatted(mapped.table(), mapped.column())));
  }

  private synchronized IdMapping mapping(Connection target, RunKey run, RemapLedger.Plan plan)
      throws SQLException {
    if (loaded == null || !loaded.runId.equals(run.runId()) || !loaded.plan.equals(plan)) {
      loaded = null;
      loaded = new Loaded(run.runId(), plan, load(target, run, plan));
    }
    return loaded.mapping;
  }

  private static IdMapping load(Connection target, RunKey run, RemapLedger.Plan plan)
      throws SQLException {
    IdMapping.Builder builder = new IdMapping.Builder(Math.toIntExact(plan.users()));
    MappingDigest digest = new MappingDigest();
    long left = plan.users();
    boolean autoCommit = target.getAutoCommit();
    // Outside a transaction the driver would read all rows at once.
    target.setAutoCommit(false);
    try (PreparedStatement statement = target.prepareStatement(MAPPING)) {
      statement.setFetchSize(ROWS_AT_A_TIME);
      statement.setString(1, run.runId());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next() && left-- > 0) {
          UUID oldId = Objects.requireNonNull(row.getObject(1, UUID.class));
          UUID newId = Objects.requireNonNull(row.getObject(2, UUID.class));
          digest.add(oldId, newId);
          builder.add(
              oldId.getMostSignificantBits(),
              oldId.getLeastSignificantBits(),
              newId.getMostSignificantBits(),
              newId.getLeastSignificantBits());
        }
      }
    } finally {
      if (autoCommit) {
        target.setAutoCommit(true);
      }
    }
    if (left != 0 || !digest.finish().equals(plan.mappingDigest())) {
      throw new StepException(
          FailureType.TARGET_CHANGED,
          "The user mapping in the ledger is not the one that remapping was planned with."
              + " Retry from the remap plan.");
    }
    return builder.build();
  }

  private record Loaded(String runId, RemapLedger.Plan plan, IdMapping mapping) {}
}
