package dev.overwinter.sandbox.freeze;

import static dev.overwinter.sandbox.freeze.ServiceWriters.note;
import static dev.overwinter.sandbox.freeze.Writer.Moment.BEGUN;
import static dev.overwinter.sandbox.freeze.Writer.Moment.IN_FLIGHT;

import dev.overwinter.sandbox.freeze.Writer.Effect;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.postgresql.PGConnection;

/** Every statement of SQL that writes, as the owner of the tables. */
final class SqlWriters {
  private static final String OWNER = "postgres";
  private static final String STATEMENT = "statement";
  private static final String DETOUR = "detour";
  private static final String OLDER = "older than the freeze";
  private static final String DEFINITION = "definition";
  private static final String BESIDE = "beside the tables";
  private static final String TRIGGER = "\"00_overwinter_refuse_writes\"";

  private SqlWriters() {}

  static List<Writer> all() {
    return List.of(
        statement("`UPDATE`", "UPDATE notes SET body = body || '!' WHERE number = 3"),
        statement("`DELETE`", "DELETE FROM notes WHERE number = (SELECT max(number) FROM notes)"),
        statement("`UPDATE` of no row", "UPDATE notes SET body = 'x' WHERE false").withoutRow(),
        statement("`INSERT … SELECT`", "INSERT INTO notes (body) SELECT body FROM notes LIMIT 3"),
        statement(
            "`INSERT … ON CONFLICT DO UPDATE`",
            """
            INSERT INTO notes (body, number) VALUES (gen_random_uuid()::text, 4)
            ON CONFLICT (number) DO UPDATE SET body = EXCLUDED.body
            """),
        statement(
            "`MERGE`",
            """
            MERGE INTO notes n USING (SELECT 5 AS number) s ON n.number = s.number
            WHEN MATCHED THEN UPDATE SET body = n.body || '!'
            """),
        statement(
            "`WITH … AS (UPDATE …)`",
            """
            WITH changed AS (UPDATE notes SET body = body || '!' WHERE number = 6 RETURNING id)
            SELECT count(*) FROM changed
            """),
        Writer.of(STATEMENT, "`COPY … FROM`", OWNER, (session, door) -> copy(session)),
        statement("`TRUNCATE`", "TRUNCATE emptied"),
        statement("`TRUNCATE` of a partition", "TRUNCATE measurements_2026"),
        statement("`TRUNCATE` of a partitioned table", "TRUNCATE measurements"),
        statement("`TRUNCATE … CASCADE` of another table", "TRUNCATE elsewhere.roots CASCADE"),
        statement("into a partitioned table", "INSERT INTO measurements VALUES ('2026-06-01', 3)"),
        statement(
            "straight into a partition", "INSERT INTO measurements_2026 VALUES ('2026-06-01', 4)"),
        statement(
            "into a partition in another schema",
            "INSERT INTO parts.measurements_2025 VALUES ('2025-06-01', 5)"),
        statement("into a table that inherits", "INSERT INTO notes_heir (body) VALUES ('x')"),
        statement("`SERIALIZABLE`", "BEGIN ISOLATION LEVEL SERIALIZABLE; " + note() + "; COMMIT"),
        statement("`DO` block", "DO $$ BEGIN " + note() + "; END $$"),
        statement(
            "`DO` block that swallows errors",
            "DO $$ BEGIN " + note() + "; EXCEPTION WHEN OTHERS THEN NULL; END $$"),
        statement("procedure that commits in between", "CALL add_two_notes(1)"),
        detour(
            "`ON DELETE CASCADE` from another table",
            "DELETE FROM elsewhere.parents WHERE id = (SELECT min(parent_id) FROM deleted_with_parent)"),
        detour(
            "`ON DELETE SET NULL` from another table",
            "DELETE FROM elsewhere.parents WHERE id = (SELECT min(parent_id) FROM parted_from_parent)"),
        detour(
            "`ON UPDATE CASCADE` from another table",
            """
            UPDATE elsewhere.parents SET id = id + 1000
             WHERE id = (SELECT min(parent_id) FROM renamed_with_parent)
            """),
        detour("trigger of another table", "INSERT INTO elsewhere.inbox VALUES ('x')"),
        detour("rule of another table", "INSERT INTO elsewhere.outbox VALUES ('x')"),
        detour("view", "INSERT INTO notes_seen (body) VALUES ('x')"),
        detour("view with an `INSTEAD OF` trigger", "INSERT INTO notes_told VALUES ('x')"),
        older(
            "`REPEATABLE READ` transaction",
            note(),
            "BEGIN ISOLATION LEVEL REPEATABLE READ",
            "SELECT count(*) FROM pg_class"),
        older(
            "`SERIALIZABLE` transaction that read the table",
            note(),
            "BEGIN ISOLATION LEVEL SERIALIZABLE",
            "SELECT count(*) FROM notes"),
        older(
            "cursor `FOR UPDATE`",
            "UPDATE cursor_notes SET body = body || '!' WHERE CURRENT OF held",
            "BEGIN",
            "DECLARE held CURSOR FOR SELECT * FROM cursor_notes WHERE number = 1 FOR UPDATE",
            "FETCH held"),
        older(
            "prepared statement with its plan",
            "EXECUTE add",
            "SET plan_cache_mode = force_generic_plan",
            "PREPARE add AS " + note(),
            "EXPLAIN EXECUTE add"),
        new Writer(
            OLDER,
            "procedure between two commits",
            OWNER,
            BEGUN,
            Effect.ROWS,
            null,
            () -> new Blocked("CALL add_two_notes(:lock)")),
        new Writer(
            OLDER,
            "statement still running",
            OWNER,
            IN_FLIGHT,
            Effect.ROWS,
            null,
            () ->
                new Blocked(
                    "INSERT INTO notes (body) SELECT 'x' || pg_advisory_xact_lock(:lock)::text")),
        new Writer(
            OLDER, "prepared transaction", OWNER, IN_FLIGHT, Effect.ROWS, null, TwoPhase::new),
        definition("`CREATE TABLE … AS`", "CREATE TABLE made_%s AS SELECT * FROM notes")
            .foundAs("was created"),
        definition("`SELECT INTO`", "SELECT * INTO selected_%s FROM notes").foundAs("was created"),
        definition(
                "a new partition",
                """
                DO $$ DECLARE n integer; BEGIN
                  SELECT count(*) INTO n FROM pg_inherits WHERE inhparent = 'measurements'::regclass;
                  EXECUTE format('CREATE TABLE parts.more_%s PARTITION OF measurements
                    FOR VALUES FROM (''19%s-01-01'') TO (''19%s-12-31'')', n, n + 10, n + 10);
                  EXECUTE format('INSERT INTO parts.more_%s VALUES (''19%s-06-01'')', n, n + 10);
                END $$
                """)
            .foundAs("parts.more_2 was created"),
        definition(
                "`ATTACH PARTITION` of a table with rows",
                each(
                    "elsewhere.ready_",
                    "ALTER TABLE measurements ATTACH PARTITION %s FOR VALUES FROM"
                        + " (''199%s-01-01'') TO (''199%s-12-31'')"))
            .foundAs("was created and has no guard"),
        definition("`DROP TABLE`", each("doomed_", "DROP TABLE %s")).foundAs("was dropped"),
        definition(
                "`ALTER TABLE … TYPE … USING`",
                "ALTER TABLE rewritten ALTER number TYPE bigint USING number + 1")
            .foundAs("public.rewritten was rewritten"),
        definition(
                "`ALTER TABLE … ADD COLUMN … DEFAULT`",
                "ALTER TABLE rewritten ADD COLUMN added_%s integer DEFAULT 7")
            .foundAs("columns or partitions of public.rewritten were changed"),
        definition(
                "`DROP TRIGGER` and a write",
                "DROP TRIGGER IF EXISTS "
                    + TRIGGER
                    + " ON unguarded; UPDATE unguarded SET body = body || '!'")
            .foundAs("the guard on public.unguarded was dropped"),
        definition(
                "`DISABLE TRIGGER`, a write, `ENABLE TRIGGER`",
                "ALTER TABLE switched DISABLE TRIGGER USER; UPDATE switched SET body = body || '!';"
                    + " ALTER TABLE switched ENABLE TRIGGER USER")
            .foundAs("the guard on public.switched"),
        beside("`nextval`", "SELECT nextval('numbers')"),
        beside("`setval`", "SELECT setval('numbers', 100)"),
        beside("large object", "SELECT lo_from_bytea(0, 'x')"),
        beside("temporary table", "CREATE TEMPORARY TABLE mine AS SELECT * FROM notes"));
  }

  private static Writer statement(String name, String sql) {
    return Writer.of(STATEMENT, name, OWNER, plain(sql));
  }

  private static Writer detour(String name, String sql) {
    return Writer.of(DETOUR, name, OWNER, plain(sql));
  }

  private static Writer beside(String name, String sql) {
    return Writer.of(BESIDE, name, OWNER, plain(sql)).withoutRow();
  }

  /** A percent sign followed by s in the statement stands for a name not used yet. */
  private static Writer definition(String name, String sql) {
    return Writer.of(
        DEFINITION,
        name,
        OWNER,
        (session, door) ->
            Sql.execute(
                session,
                sql.startsWith("DO ")
                    ? sql
                    : sql.formatted(UUID.randomUUID().toString().replace("-", ""))));
  }

  /** Does something to the first table whose name begins so, once. */
  private static String each(String prefix, String statement) {
    return """
        DO $$ DECLARE name text; BEGIN
          SELECT c.oid::regclass::text INTO name FROM pg_class c
           WHERE c.oid::regclass::text LIKE '%s%%' AND NOT c.relispartition
           ORDER BY 1 LIMIT 1;
          EXECUTE format('%s', name, right(name, 1), right(name, 1));
        END $$
        """
        .formatted(prefix, statement);
  }

  private static Writer older(String name, String write, String... before) {
    return Writer.of(
            OLDER,
            name,
            OWNER,
            new Attempt() {
              @Override
              public void before(Connection session, Door door) throws SQLException {
                for (String statement : before) {
                  Sql.execute(session, statement);
                }
              }

              @Override
              public void write(Connection session, Door door) throws SQLException {
                Sql.execute(session, write);
                Sql.execute(session, "COMMIT");
              }
            })
        .at(BEGUN);
  }

  private static Attempt plain(String sql) {
    return (session, door) -> Sql.execute(session, sql);
  }

  private static void copy(Connection session) throws Exception {
    session
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn("COPY copied (body) FROM STDIN", new StringReader("copied\n"));
  }

  /** A transaction that was prepared before the freeze and is committed after it. */
  private static final class TwoPhase implements Attempt {
    private final String name = UUID.randomUUID().toString();

    @Override
    public void before(Connection session, Door door) throws SQLException {
      Sql.execute(session, "BEGIN");
      Sql.execute(session, note());
      Sql.execute(session, "PREPARE TRANSACTION '" + name + "'");
    }

    @Override
    public void write(Connection session, Door door) throws SQLException {
      Sql.execute(session, "COMMIT PREPARED '" + name + "'");
    }
  }
}
