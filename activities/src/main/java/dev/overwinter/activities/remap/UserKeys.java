package dev.overwinter.activities.remap;

import dev.overwinter.activities.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The columns from which foreign keys lead to {@code auth.users.id}, directly or by way of others:
 * a profile whose key is the user's id carries along whoever refers to the profile.
 */
final class UserKeys {
  private static final ColumnName USER_ID =
      new ColumnName(new QualifiedName("auth", "users"), "id");

  /** One row for each column of each foreign key; a partition's key counts for its root. */
  private static final String PAIRS =
      """
      SELECT n.nspname, c.relname, a.attname, rn.nspname, rc.relname, ra.attname
        FROM pg_catalog.pg_constraint k
        CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey))
               key (own, other)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.own
        JOIN pg_catalog.pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = key.other
        JOIN pg_catalog.pg_class c
          ON c.oid = COALESCE(pg_catalog.pg_partition_root(k.conrelid), k.conrelid)
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_class rc
          ON rc.oid = COALESCE(pg_catalog.pg_partition_root(k.confrelid), k.confrelid)
        JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace
       WHERE k.contype = 'f'
      """;

  private final Set<ColumnName> columns;

  private UserKeys(Set<ColumnName> columns) {
    this.columns = columns;
  }

  static UserKeys read(Connection source) throws SQLException {
    Map<ColumnName, List<ColumnName>> referrers = new HashMap<>();
    try (Statement statement = source.createStatement();
        ResultSet row = statement.executeQuery(PAIRS)) {
      while (row.next()) {
        ColumnName own =
            new ColumnName(new QualifiedName(row.getString(1), row.getString(2)), row.getString(3));
        ColumnName other =
            new ColumnName(new QualifiedName(row.getString(4), row.getString(5)), row.getString(6));
        referrers.computeIfAbsent(other, key -> new ArrayList<>()).add(own);
      }
    }
    Set<ColumnName> found = new HashSet<>();
    Deque<ColumnName> toFollow = new ArrayDeque<>(List.of(USER_ID));
    while (!toFollow.isEmpty()) {
      for (ColumnName referrer : referrers.getOrDefault(toFollow.remove(), List.of())) {
        if (found.add(referrer)) {
          toFollow.add(referrer);
        }
      }
    }
    return new UserKeys(found);
  }

  boolean contain(QualifiedName table, String column) {
    return columns.contains(new ColumnName(table, column));
  }

  private record ColumnName(QualifiedName table, String column) {}
}
