package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.postgres.WireType;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.activities.rules.Projection;
import dev.overwinter.workflows.RunKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The digest of rows in SQL, by the definition of {@link
 * dev.overwinter.activities.postgres.RowDigest}. In the target the user mapping is reversed first,
 * so that the digest is that of the source's rows. It shares nothing with the remapper. Immutable.
 */
final class DigestQuery {
  private static final String UUID_PATTERN = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

  /** Who becomes whom again in one text: the old id in the new one's letter case, else NULL. */
  private static final String OLD_ID =
      """
      CASE WHEN length(%1$s) = 36 AND %1$s ~* '%2$s' THEN
        (SELECT CASE %1$s WHEN lower(%1$s) THEN u.supabase_id::text
                          WHEN upper(%1$s) THEN upper(u.supabase_id::text) END
           FROM overwinter.user_mapping u
          WHERE u.run_id = (SELECT id FROM run) AND u.stack_id = %1$s::uuid) END"""
          .formatted("e.item", UUID_PATTERN);

  /**
   * A document cut at its quotes. Escaped backslashes and quotes are hidden meanwhile behind
   * control characters, which no document holds as such; so what stands alone between two quotes
   * and is a UUID is a string or a key.
   */
  private static final String DOCUMENT =
      """
      (SELECT replace(replace(string_agg(COALESCE(%2$s, e.item), '"' ORDER BY e.place),
                chr(2), '\\"'), chr(3), '\\\\')
         FROM unnest(string_to_array(
                replace(replace(%1$s, '\\\\', chr(3)), '\\"', chr(2)), '"'))
                WITH ORDINALITY e (item, place))""";

  /** Arrays of one dimension that count from 1 are rebuilt; a function walks through any other. */
  private static final String ARRAY =
      """
      (CASE WHEN array_ndims(%1$s) = 1 AND array_lower(%1$s, 1) = 1
            THEN textin(array_out(ARRAY(SELECT COALESCE(%3$s, e.item)
                   FROM unnest(%2$s::text[]) WITH ORDINALITY e (item, place) ORDER BY e.place)))
            ELSE overwinter.source_array((SELECT id FROM run), %2$s) END)""";

  /**
   * A sum for each byte of the hash: much cheaper than making numbers of its words row by row, and
   * together they are the sums of the words. OFFSET 0 keeps each row from being hashed twice.
   */
  private static final String SUMS =
      """
      SELECT count(*), %s
        FROM (SELECT sha256(record_send(ROW(%s)))
                FROM (%s) t%s
              OFFSET 0) digested (hash)
      """;

  private static final String SUMS_OF_BYTES =
      IntStream.range(0, 2 * Long.BYTES)
          .mapToObj("sum(get_byte(hash, %d))"::formatted)
          .collect(Collectors.joining(", "));

  private final Rows rows;
  private final List<String> forms;
  private final String joins;
  private final boolean needsRun;
  private final String runId;

  private DigestQuery(Rows rows, List<String> forms, String joins, boolean needsRun, String runId) {
    this.rows = rows;
    this.forms = forms;
    this.joins = joins;
    this.needsRun = needsRun;
    this.runId = runId;
  }

  /** The rows of a relation that meet a condition over {@code ctid}, as a query. */
  @FunctionalInterface
  private interface Rows {
    String select(QualifiedName relation, String condition);
  }

  /**
   * Of what the source's rows are in the target's shape.
   *
   * @param wires how each column travels in binary, or null when rows travel as text
   */
  static DigestQuery ofSource(Projection table, List<WireType> wires) {
    List<Column> columns = table.targetColumns();
    List<String> forms = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      forms.add(form(columns, wires, i).of(reference(columns.get(i))));
    }
    return new DigestQuery(table::select, forms, "", false, "");
  }

  private static DigestForm form(List<Column> columns, List<WireType> wires, int place) {
    return new DigestForm(columns.get(place), wires == null ? null : wires.get(place));
  }

  /**
   * Of what the columns were before they were remapped.
   *
   * @param columns the target's columns, in the order of the source's
   * @param wires how each travels in binary, or null when rows travel as text
   * @param mapped which of them were remapped, by name
   */
  static DigestQuery ofTarget(
      List<Column> columns, List<WireType> wires, Map<String, IdKind> mapped, RunKey run) {
    List<String> forms = new ArrayList<>();
    StringBuilder joins = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      IdKind kind = mapped.get(column.name());
      DigestForm form = form(columns, wires, i);
      String value = reference(column);
      String text = form.text(value);
      String user = "user" + i;
      if (kind == null) {
        forms.add(form.of(value));
        continue;
      }
      switch (kind) {
        case UUID -> {
          joins.append(join(user, value));
          forms.add(form.of("COALESCE(%s.supabase_id, %s)".formatted(user, value)));
        }
        case TEXT -> {
          joins.append(join(user, idOfWhole("rtrim(" + text + ")")));
          forms.add(form.ofText(reversedWhole(text, user)));
        }
        case UUID_ARRAY, TEXT_ARRAY ->
            forms.add(whereLikely(form, value, ARRAY.formatted(value, text, OLD_ID)));
        case JSON -> forms.add(whereLikely(form, value, reversedDocument(column, text)));
      }
    }
    return new DigestQuery(
        DigestQuery::allOf, forms, joins.toString(), !mapped.isEmpty(), run.runId());
  }

  private static String allOf(QualifiedName relation, String condition) {
    return "SELECT * FROM ONLY %s WHERE %s".formatted(relation.sql(), condition);
  }

  private static String join(String user, String newId) {
    return """

                  LEFT JOIN overwinter.user_mapping %1$s
                    ON %1$s.run_id = (SELECT id FROM run) AND %1$s.stack_id = %2$s"""
        .formatted(user, newId);
  }

  private static String idOfWhole(String text) {
    return "CASE WHEN length(%1$s) = 36 AND %1$s ~* '%2$s' THEN %1$s::uuid END"
        .formatted(text, UUID_PATTERN);
  }

  /** Only the id is replaced, not the blanks that may follow it. */
  private static String reversedWhole(String form, String user) {
    return """
        CASE WHEN %2$s.supabase_id IS NULL THEN %1$s
             WHEN %1$s = lower(%1$s) THEN overlay(%1$s PLACING %2$s.supabase_id::text FROM 1)
             WHEN %1$s = upper(%1$s) THEN overlay(%1$s PLACING upper(%2$s.supabase_id::text) FROM 1)
             ELSE %1$s END"""
        .formatted(form, user);
  }

  private static String reversedDocument(Column column, String form) {
    String reversed = DOCUMENT.formatted(form, OLD_ID);
    // Keys that were replaced may have changed places; jsonb puts them in its order again.
    return column.outputFunction().equals("pg_catalog.jsonb_out")
        ? "textin(jsonb_out(" + reversed + "::jsonb))"
        : reversed;
  }

  /** Most values cannot hold a UUID, which is seen far more cheaply than it is replaced. */
  private static String whereLikely(DigestForm form, String value, String reversed) {
    return "CASE WHEN %s LIKE '%%-____-____-____-%%' THEN %s ELSE %s END"
        .formatted(form.text(value), form.ofText(reversed), form.of(value));
  }

  private static String reference(Column column) {
    return "t." + QualifiedName.quote(column.name());
  }

  /** The digest of a range of pages, in a transaction of the caller. */
  TableDigest run(Connection connection, PageRange range) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // A role that a policy keeps rows from shall get an error, not a digest of the others.
      statement.execute("SET LOCAL row_security = off; SET LOCAL jit = off");
    }
    // Not prepared: a question mark in the operator's SQL is an operator.
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql(range))) {
      row.next();
      return new TableDigest(row.getLong(1), word(row, 2), word(row, 2 + Long.BYTES));
    }
  }

  private String sql(PageRange range) {
    String pages = "ctid >= '(%d,0)'::tid".formatted(range.firstPage());
    if (!range.isOpen()) {
      pages += " AND ctid < '(%d,0)'::tid".formatted(range.endPage());
    }
    String sums =
        SUMS.formatted(
            SUMS_OF_BYTES, String.join(", ", forms), rows.select(range.relation(), pages), joins);
    return needsRun
        ? "WITH run (id) AS (SELECT '%s'::text)\n".formatted(runId.replace("'", "''")) + sums
        : sums;
  }

  /** The sum of words modulo 2^64 from the sums of their bytes, which are NULL over no rows. */
  private static long word(ResultSet row, int firstPlace) throws SQLException {
    long sum = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      sum = (sum << Byte.SIZE) + row.getLong(firstPlace + i);
    }
    return sum;
  }
}
