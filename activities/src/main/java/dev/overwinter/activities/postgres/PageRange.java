package dev.overwinter.activities.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of pages of one relation.
 *
 * @param relation the relation
 * @param firstPage the first page
 * @param endPage the page after the last, or {@link #OPEN} for the relation's end, wherever it is
 * @param pages how many pages it has about
 */
public record PageRange(QualifiedName relation, long firstPage, long endPage, long pages) {
  public static final long OPEN = -1;

  /** 128 MB in pages of the usual size: seconds of work. */
  private static final long MOST_PAGES = 16_384;

  private static final String PAGES =
      """
      SELECT pg_relation_size(to_regclass(?)) / current_setting('block_size')::bigint
      """;

  private boolean isOpen() {
    return endPage == OPEN;
  }

  /** The rows in it, as SQL over {@code ctid}. */
  public String condition() {
    String from = "ctid >= '(%d,0)'::tid".formatted(firstPage);
    return isOpen() ? from : from + " AND ctid < '(%d,0)'::tid".formatted(endPage);
  }

  /** Ranges that together hold every row of a table exactly once. */
  public static List<PageRange> of(Connection connection, Table table) throws SQLException {
    List<PageRange> ranges = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(PAGES)) {
      for (QualifiedName leaf : table.leaves()) {
        statement.setString(1, leaf.sql());
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          split(leaf, row.getLong(1), ranges);
        }
      }
    }
    return ranges;
  }

  private static void split(QualifiedName relation, long pages, List<PageRange> ranges) {
    long first = 0;
    while (pages - first > MOST_PAGES) {
      ranges.add(new PageRange(relation, first, first + MOST_PAGES, MOST_PAGES));
      first += MOST_PAGES;
    }
    ranges.add(new PageRange(relation, first, OPEN, pages - first));
  }
}
