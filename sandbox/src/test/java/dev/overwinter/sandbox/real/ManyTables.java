package dev.overwinter.sandbox.real;

import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.Stage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Many more small tables: some refer to their neighbour, some to people. */
final class ManyTables {
  static final int ROWS = 5;

  private static final String DEFINE =
      """
      DO $$
      BEGIN
        FOR n IN 1..%1$d LOOP
          EXECUTE format('CREATE TABLE public.extra_%%s (
            id int PRIMARY KEY, label text UNIQUE, neighbour int %%s, person uuid)', n,
            CASE WHEN n %% 3 = 0
              THEN format('REFERENCES public.extra_%%s (id)', n - 1) ELSE '' END);
        END LOOP;
      END $$
      """;

  private static final String FILL =
      """
      DO $$
      BEGIN
        FOR n IN 1..%1$d LOOP
          EXECUTE format('INSERT INTO public.extra_%%s
            SELECT r, ''row '' || r, r, CASE WHEN %%s THEN u.id END
              FROM (SELECT id, row_number() OVER (ORDER BY id) AS r FROM auth.users
                     WHERE deleted_at IS NULL LIMIT %2$d) u', n, (n %% 4 = 0)::text);
        END LOOP;
      END $$
      """;

  private final int tables;

  private ManyTables(int tables) {
    this.tables = tables;
  }

  /** Makes them on both sides, and rows in the source. */
  static ManyTables install(Stage stage, int tables) throws SQLException {
    try (Connection source = stage.source().connect(SupabaseSource.OWNER);
        Connection target = stage.target().connect(SelfHostedTarget.OWNER)) {
      execute(source, DEFINE.formatted(tables));
      execute(source, FILL.formatted(tables, ROWS));
      execute(target, DEFINE.formatted(tables));
    }
    return new ManyTables(tables);
  }

  /** All rows of all of them, with the people's ids as this mapping has them. */
  List<String> rows(Connection connection, Map<UUID, UUID> people) throws SQLException {
    String all =
        IntStream.rangeClosed(1, tables)
            .mapToObj(
                n ->
                    "SELECT %d AS n, id, label, neighbour, person FROM public.extra_%d"
                        .formatted(n, n))
            .collect(Collectors.joining(" UNION ALL "));
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(all + " ORDER BY n, id")) {
      while (row.next()) {
        UUID person = row.getObject(5, UUID.class);
        rows.add(
            "%d %d %s %d %s"
                .formatted(
                    row.getInt(1),
                    row.getInt(2),
                    row.getString(3),
                    row.getInt(4),
                    person == null ? null : people.getOrDefault(person, person)));
      }
    }
    return rows;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
