package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.QualifiedName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A foreign key; that of a partitioned table stands for those of its partitions.
 *
 * @param name the constraint's name
 * @param reference what refers to what, by which two databases' keys are the same
 * @param validated whether the server has checked all rows
 * @param enforced whether none of the triggers that enforce it is disabled
 * @param full whether NULL in only some of the columns breaks it
 * @param operators the operators that compare, referenced column first, qualified for SQL
 * @param fromPartitions whether the referring table is partitioned
 * @param toPartitions whether the referenced table is partitioned
 */
record ForeignKey(
    String name,
    Reference reference,
    boolean validated,
    boolean enforced,
    boolean full,
    List<String> operators,
    boolean fromPartitions,
    boolean toPartitions) {
  private static final String ALL =
      """
      SELECT k.conname, n.nspname, c.relname, rn.nspname, rc.relname,
             ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY x (num, place)
                     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num
                    ORDER BY x.place),
             ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY x (num, place)
                     JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.num
                    ORDER BY x.place),
             ARRAY(SELECT format('OPERATOR(%s.%s)', o.oprnamespace::regnamespace::text, o.oprname)
                     FROM unnest(k.conpfeqop) WITH ORDINALITY x (oid, place)
                     JOIN pg_operator o ON o.oid = x.oid ORDER BY x.place),
             k.convalidated,
             NOT EXISTS (SELECT 1 FROM pg_trigger t
                          WHERE t.tgenabled = 'D' AND (t.tgconstraint = k.oid OR t.tgconstraint IN (
                                SELECT below.oid FROM pg_constraint below
                                 WHERE below.conparentid = k.oid))),
             k.confmatchtype = 'f', c.relkind = 'p', rc.relkind = 'p'
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_class rc ON rc.oid = k.confrelid
        JOIN pg_namespace rn ON rn.oid = rc.relnamespace
       WHERE k.contype = 'f' AND k.conparentid = 0
       ORDER BY n.nspname, c.relname, k.conname
      """;

  ForeignKey {
    operators = List.copyOf(operators);
  }

  /** All of a database, in the order of tables and names. */
  static List<ForeignKey> read(Connection connection) throws SQLException {
    List<ForeignKey> keys = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ALL)) {
      while (row.next()) {
        keys.add(
            new ForeignKey(
                row.getString(1),
                new Reference(
                    new QualifiedName(row.getString(2), row.getString(3)),
                    texts(row.getArray(6)),
                    new QualifiedName(row.getString(4), row.getString(5)),
                    texts(row.getArray(7))),
                row.getBoolean(9),
                row.getBoolean(10),
                row.getBoolean(11),
                texts(row.getArray(8)),
                row.getBoolean(12),
                row.getBoolean(13)));
      }
    }
    return keys;
  }

  private static List<String> texts(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }

  /** The same key by other names. */
  ForeignKey withReference(Reference other) {
    return new ForeignKey(
        name, other, validated, enforced, full, operators, fromPartitions, toPartitions);
  }

  /** Counts the rows that refer to nothing. */
  String orphansSql() {
    List<String> own = reference.columns().stream().map(it -> "c." + quote(it)).toList();
    List<String> other = reference.otherColumns().stream().map(it -> "p." + quote(it)).toList();
    String match =
        IntStream.range(0, own.size())
            .mapToObj(i -> "%s %s %s".formatted(other.get(i), operators.get(i), own.get(i)))
            .collect(Collectors.joining(" AND "));
    String nulls = full ? "num_nonnulls(%s) > 0" : "num_nulls(%s) = 0";
    return "SELECT count(*) FROM %s c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s)"
        .formatted(
            (fromPartitions ? "" : "ONLY ") + reference.table().sql(),
            nulls.formatted(String.join(", ", own)),
            (toPartitions ? "" : "ONLY ") + reference.other().sql(),
            match);
  }

  private static String quote(String identifier) {
    return QualifiedName.quote(identifier);
  }

  /** {@code schema.table.constraint}. */
  String path() {
    return reference.table() + "." + name;
  }

  /** What refers to what. */
  record Reference(
      QualifiedName table, List<String> columns, QualifiedName other, List<String> otherColumns) {
    Reference {
      columns = List.copyOf(columns);
      otherColumns = List.copyOf(otherColumns);
    }
  }
}
