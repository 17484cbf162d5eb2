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
  private static final String UUID_PATTERN =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  /** A text that is nothing but a UUID, or one filled up with blanks. */
  private static final String WHOLE_TEXT = "^(" + UUID_PATTERN + ")(?= *$)";

  /** Quoted elements as a whole, so that nothing inside one is taken for an element. */
  private static final String ARRAY_ELEMENT =
      "(\"(?:[^\"\\\\]|\\\\.)*\"|(?<=[{,])" + UUID_PATTERN + "(?=[,}]))";

  /** A quote that opens a string never follows a backslash; one inside a string always does. */
  private static final String DOCUMENT_STRING = "((?<!\\\\)\"" + UUID_PATTERN + "\")";

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
    int inJoins = 0;
    for (Column column : columns) {
      IdKind kind = mapped.get(column.name());
      if (kind == IdKind.UUID) {
        String user = "user" + inJoins++;
        joins.append(
            """

                  LEFT JOIN overwinter.user_mapping %1$s
                    ON %1$s.run_id = (SELECT id FROM run) AND %1$s.stack_id = %2$s"""
                .formatted(user, reference(column)));
        forms.add(form(column, "COALESCE(%s.supabase_id, %s)".formatted(user, reference(column))));
      } else {
        forms.add(kind == null ? form(column, reference(column)) : reversed(column, kind));
      }
    }
    return new DigestQuery(forms, joins.toString(), !mapped.isEmpty(), run.runId());
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

  /** The function is called only for the values that may hold a UUID at all. */
  private static String reversed(Column column, IdKind kind) {
    String form = form(column, reference(column));
    String tokens =
        switch (kind) {
          case UUID, TEXT -> WHOLE_TEXT;
          case UUID_ARRAY, TEXT_ARRAY -> ARRAY_ELEMENT;
          case JSON -> DOCUMENT_STRING;
        };
    String reversed =
        "overwinter.source_text((SELECT id FROM run), %s, '%s')".formatted(form, tokens);
    if (column.outputFunction().equals("pg_catalog.jsonb_out")) {
      // Keys that were replaced may have changed places; jsonb puts them in its order again.
      reversed = "textin(jsonb_out(" + reversed + "::jsonb))";
    }
    return "CASE WHEN %s LIKE '%%-____-____-____-%%' THEN %s ELSE %1$s END"
        .formatted(form, reversed);
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
