package dev.overwinter.activities.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads what tables a database has. Stateless. */
public final class Catalog {
  /**
   * The relations that stand for a table: partitions stand for themselves only when their root is
   * in none of the schemas, for else nobody would carry their rows.
   */
  private static final String TABLES =
      """
      WITH wanted AS (
        SELECT c.oid, c.relkind, n.nspname, c.relname
          FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ANY (?)
           AND c.relpersistence <> 't'
           AND (c.relkind IN ('r', 'p') AND NOT c.relispartition
                OR c.relkind = 'r' AND c.relispartition AND NOT EXISTS (
                     SELECT 1
                       FROM pg_catalog.pg_class root
                       JOIN pg_catalog.pg_namespace rn ON rn.oid = root.relnamespace
                      WHERE root.oid = pg_catalog.pg_partition_root(c.oid)
                        AND rn.nspname = ANY (?)))
           AND NOT EXISTS (
                 SELECT 1 FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                    AND d.objid = c.oid AND d.deptype = 'e'))
      SELECT w.oid, w.nspname, w.relname, member.oid AS member, mn.nspname AS member_schema,
             member.relname AS member_name, member.relkind = 'r' AS leaf,
             GREATEST(member.reltuples, 0)::bigint AS rows,
             CASE WHEN member.relkind = 'r' THEN pg_catalog.pg_table_size(member.oid) ELSE 0 END
               AS bytes
        FROM wanted w
        CROSS JOIN LATERAL (
               SELECT w.oid WHERE w.relkind = 'r'
               UNION ALL
               SELECT tree.relid FROM pg_catalog.pg_partition_tree(w.oid) tree
                WHERE w.relkind = 'p') part (oid)
        JOIN pg_catalog.pg_class member ON member.oid = part.oid
        JOIN pg_catalog.pg_namespace mn ON mn.oid = member.relnamespace
       ORDER BY w.nspname, w.relname, mn.nspname, member.relname
      """;

  /** A domain of a domain is followed down to the type below; each of them may refuse NULL. */
  private static final String COLUMNS =
      """
      WITH RECURSIVE base AS (
        SELECT t.oid AS declared, t.oid AS type, t.typbasetype, t.typnotnull,
               t.typdefault IS NOT NULL AS has_default
          FROM pg_catalog.pg_type t
        UNION ALL
        SELECT b.declared, t.oid, t.typbasetype, b.typnotnull OR t.typnotnull,
               b.has_default OR t.typdefault IS NOT NULL
          FROM base b
          JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype)
      SELECT a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
             t.typname AS base_type,
             pg_catalog.quote_ident(pn.nspname) || '.' || pg_catalog.quote_ident(p.proname)
               AS output_function,
             a.attnotnull OR b.typnotnull AS not_null,
             a.attgenerated <> '' AS generated,
             a.attgenerated = '' AND (a.atthasdef OR a.attidentity <> '' OR b.has_default)
               AS has_default,
             a.attidentity
        FROM pg_catalog.pg_attribute a
        JOIN base b ON b.declared = a.atttypid AND b.typbasetype = 0
        JOIN pg_catalog.pg_type t ON t.oid = b.type
        JOIN pg_catalog.pg_proc p ON p.oid = t.typoutput
        JOIN pg_catalog.pg_namespace pn ON pn.oid = p.pronamespace
       WHERE a.attrelid = ANY (?) AND a.attnum > 0 AND NOT a.attisdropped
       ORDER BY a.attrelid, a.attnum
      """;

  private static final String PRIMARY_KEYS =
      """
      SELECT k.conrelid, a.attname
        FROM pg_catalog.pg_constraint k
        CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) WITH ORDINALITY key (attnum, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.attnum
       WHERE k.contype = 'p' AND k.conrelid = ANY (?)
       ORDER BY k.conrelid, key.place
      """;

  private static final String REFERENCES =
      """
      SELECT k.conrelid, n.nspname, c.relname
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_class c
          ON c.oid = COALESCE(pg_catalog.pg_partition_root(k.confrelid), k.confrelid)
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE k.contype = 'f' AND k.conrelid = ANY (?)
      """;

  private Catalog() {}

  /**
   * Reads all tables of some schemas with rows of their own: ordinary and partitioned ones, and
   * children by inheritance as tables of their own. Left out are tables that belong to an
   * extension, foreign tables (also as partitions), temporary tables and views.
   *
   * @param connection to read with; its {@code search_path} must be empty, so that names of types
   *     come out qualified, as every session of {@link Database} has it
   * @return in the order of their names
   */
  public static List<Table> read(Connection connection, List<String> schemas) throws SQLException {
    Map<Long, Relation> relations = readRelations(connection, schemas);
    Map<Long, Relation> members = new LinkedHashMap<>();
    for (Relation relation : relations.values()) {
      relation.members.forEach(member -> members.put(member, relation));
    }
    readColumns(connection, relations);
    readPrimaryKeys(connection, relations);
    readReferences(connection, members);

    Map<QualifiedName, TreeSet<QualifiedName>> references = new TreeMap<>();
    relations.values().forEach(relation -> references.put(relation.name, relation.references));
    Map<QualifiedName, Integer> levels = DependencyLevels.of(references);
    return relations.values().stream().map(it -> it.toTable(levels.get(it.name))).toList();
  }

  /**
   * Like {@link #read(Connection, List)}, without some tables.
   *
   * @param skipTables those to leave out, as {@code schema.name}
   */
  public static List<Table> read(
      Connection connection, List<String> schemas, List<String> skipTables) throws SQLException {
    Set<String> skipped = Set.copyOf(skipTables);
    return read(connection, schemas).stream()
        .filter(table -> !skipped.contains(table.name().toString()))
        .toList();
  }

  private static Map<Long, Relation> readRelations(Connection connection, List<String> schemas)
      throws SQLException {
    Map<Long, Relation> relations = new LinkedHashMap<>();
    Array names = connection.createArrayOf("text", schemas.toArray());
    try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
      statement.setArray(1, names);
      statement.setArray(2, names);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          QualifiedName name = new QualifiedName(rows.getString(2), rows.getString(3));
          Relation relation = relations.computeIfAbsent(rows.getLong(1), oid -> new Relation(name));
          relation.members.add(rows.getLong(4));
          if (rows.getBoolean(7)) {
            relation.leaves.add(new QualifiedName(rows.getString(5), rows.getString(6)));
            relation.estimatedRows += rows.getLong(8);
            relation.bytes += rows.getLong(9);
          }
        }
      }
    }
    return relations;
  }

  private static void readColumns(Connection connection, Map<Long, Relation> relations)
      throws SQLException {
    forEach(
        connection,
        COLUMNS,
        relations,
        (relation, row) -> {
          String identity = row.getString("attidentity");
          relation.columns.add(
              new Column(
                  row.getString("attname"),
                  row.getString("type"),
                  row.getString("base_type"),
                  row.getString("output_function"),
                  row.getBoolean("not_null"),
                  row.getBoolean("has_default"),
                  row.getBoolean("generated"),
                  identity.isEmpty() ? ' ' : identity.charAt(0)));
        });
  }

  private static void readPrimaryKeys(Connection connection, Map<Long, Relation> relations)
      throws SQLException {
    forEach(
        connection,
        PRIMARY_KEYS,
        relations,
        (relation, row) -> relation.primaryKey.add(row.getString(2)));
  }

  /** Also of partitions: a partition may have a foreign key of its own. */
  private static void readReferences(Connection connection, Map<Long, Relation> members)
      throws SQLException {
    forEach(
        connection,
        REFERENCES,
        members,
        (relation, row) -> {
          QualifiedName referenced = new QualifiedName(row.getString(2), row.getString(3));
          if (!referenced.equals(relation.name)) {
            relation.references.add(referenced);
          }
        });
  }

  private static void forEach(
      Connection connection, String sql, Map<Long, Relation> relations, RowReader reader)
      throws SQLException {
    Array oids = connection.createArrayOf("oid", relations.keySet().toArray());
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, oids);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reader.read(relations.get(rows.getLong(1)), rows);
        }
      }
    }
  }

  @FunctionalInterface
  private interface RowReader {
    void read(Relation relation, ResultSet row) throws SQLException;
  }

  private static final class Relation {
    private final QualifiedName name;
    private final List<Long> members = new ArrayList<>();
    private final List<QualifiedName> leaves = new ArrayList<>();
    private final List<Column> columns = new ArrayList<>();
    private final List<String> primaryKey = new ArrayList<>();
    private final TreeSet<QualifiedName> references = new TreeSet<>();
    private long estimatedRows;
    private long bytes;

    private Relation(QualifiedName name) {
      this.name = name;
    }

    private Table toTable(int level) {
      return new Table(
          name, columns, primaryKey, leaves, List.copyOf(references), level, estimatedRows, bytes);
    }
  }
}
