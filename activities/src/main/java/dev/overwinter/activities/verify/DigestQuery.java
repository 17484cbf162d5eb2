package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.Column;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.activities.postgres.TableDigest;
import dev.overwinter.activities.remap.IdKind;
import dev.overwinter.workflows.RunKey;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
      (SELECT CASE %1$s WHEN lower(%1$s) THEN u.supabase_id::text
                        WHEN upper(%1$s) THEN upper(u.supabase_id::text) END
         FROM overwinter.user_mapping u
        WHERE u.run_id = (SELECT id FROM run)
          AND u.stack_id = CASE WHEN length(%1$s) = 36 AND %1$s ~* '%2$s' THEN %1$s::uuid END)"""
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

  /** Sums of bigint are exact in PostgreSQL; OFFSET 0 keeps each row from being hashed twice. */
  private static final String SUMS =
      """
      SELECT count(*),
             sum(('x' || encode(substr(hash, 1, 8), 'hex'))::bit(64)::bigint),
             sum(('x' || encode(substr(hash, 9, 8), 'hex'))::bit(64)::bigint)
        FROM (SELECT sha256(record_send(ROW(%s)))
                FROM ONLY %s t%s
               WHERE t.ctid >= '(%d,0)'::tid%s
              OFFSET 0) digested (hash)
      """;

  private final List<String> forms;
  private final String joins;
  private final boolean needsRun;
  private final String runId;

  private DigestQuery(List<String> forms, String joins, boolean needsRun, String runId) {
    this.forms = forms;
    this.joins = joins;
    this.needsRun = needsRun;
    this.runId = runId;
  }

  /** Of the columns as they are. */
  static DigestQuery ofSource(List<Column> columns) {
    return new DigestQuery(
        columns.stream().map(column -> form(column, reference(column))).toList(), "", false, "");
  }

  /**
   * Of what the columns were before they were remapped.
   *
   * @param columns the target's columns, in the order of the source's
   * @param mapped which of them were remapped, by name
   */
  static DigestQuery ofTarget(List<Column> columns, Map<String, IdKind> mapped, RunKey run) {
    List<String> forms = new ArrayList<>();
    StringBuilder joins = new StringBuilder();
    for (Column column : columns) {
      IdKind kind = mapped.get(column.name());
      String user = "user" + forms.size();
      String form = form(column, reference(column));
      if (kind == null) {
        forms.add(form);
        continue;
      }
      switch (kind) {
        case UUID -> {
          joins.append(join(user, reference(column)));
          forms.add(
              form(column, "COALESCE(%s.supabase_id, %s)".formatted(user, reference(column))));
        }
        case TEXT -> {
          joins.append(join(user, idOfWhole("rtrim(" + form + ")")));
          forms.add(reversedWhole(form, user));
        }
        case UUID_ARRAY, TEXT_ARRAY ->
            forms.add(whereLikely(form, ARRAY.formatted(reference(column), form, OLD_ID)));
        case JSON -> forms.add(whereLikely(form, reversedDocument(column, form)));
      }
    }
    return new DigestQuery(forms, joins.toString(), !mapped.isEmpty(), run.runId());
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
  private static String whereLikely(String form, String reversed) {
    return "CASE WHEN %s LIKE '%%-____-____-____-%%' THEN %s ELSE %1$s END"
        .formatted(form, reversed);
  }

  private static String reference(Column column) {
    return "t." + QualifiedName.quote(column.name());
  }

  /** A value in its type's text form; a domain over an enum is the one type enum_out refuses. */
  private static String form(Column column, String value) {
    return column.outputFunction().endsWith(".enum_out")
        ? value + "::text"
        : "textin(%s(%s))".formatted(column.outputFunction(), value);
  }

  /** The digest of a range of pages. */
  TableDigest run(Connection connection, PageRange range) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql(range))) {
      if (needsRun) {
        statement.setString(1, runId);
      }
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new TableDigest(row.getLong(1), word(row, 2), word(row, 3));
      }
    }
  }

  private String sql(PageRange range) {
    String sums =
        SUMS.formatted(
            String.join(", ", forms),
            range.relation().sql(),
            joins,
            range.firstPage(),
            range.isOpen() ? "" : " AND t.ctid < '(%d,0)'::tid".formatted(range.endPage()));
    return needsRun ? "WITH run (id) AS (SELECT ?::text)\n" + sums : sums;
  }

  private static long word(ResultSet row, int place) throws SQLException {
    BigDecimal sum = row.getBigDecimal(place);
    // Over no rows it is NULL. The low 64 bits are the sum modulo 2^64, whatever the sign.
    return sum == null ? 0 : sum.toBigInteger().longValue();
  }
}
