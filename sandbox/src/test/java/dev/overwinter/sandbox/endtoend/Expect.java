package dev.overwinter.sandbox.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.compare.RowComparison;
import dev.overwinter.sandbox.database.SelfHostedTarget;
import dev.overwinter.sandbox.database.SupabaseSource;
import dev.overwinter.sandbox.demo.Proof;
import dev.overwinter.sandbox.demo.Stage;
import dev.overwinter.sandbox.traffic.LiveTraffic;
import dev.overwinter.sandbox.traffic.LiveWrite;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** What must be true after a night, looked at from outside, with nothing of the product's code. */
public final class Expect {
  private Expect() {}

  /**
   * Every row of all tables is on the target, with the new user ids, nothing more and nothing else.
   */
  public static void everyRowOnTheTarget(Stage stage) throws Exception {
    Map<UUID, UUID> newIds = Proof.newIds(stage.stackAuth().users());
    try (Connection source = stage.source().connect(SupabaseSource.SUPERUSER);
        Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      assertThat(new RowComparison(source, target, newIds).differences()).isEmpty();
    }
  }

  /** Nothing that the application was promised is lost, and nothing was taken while frozen. */
  public static void noAcceptedWriteLost(Stage stage, LiveTraffic traffic, String frozenSince)
      throws Exception {
    Proof proof = Proof.of(stage, traffic);
    assertThat(proof.accepted()).isPositive();
    assertThat(proof.refused()).isPositive();
    assertThat(proof.missing()).isEmpty();
    Instant frozen = Instant.parse(frozenSince);
    assertThat(traffic.acceptedWrites())
        .filteredOn(Expect::isFrozenByTheRun)
        .allSatisfy(write -> assertThat(write.before()).isBefore(frozen));
    assertThat(traffic.refusedWrites()).extracting(LiveWrite::sqlState).containsOnly("PT503");
  }

  private static boolean isFrozenByTheRun(LiveWrite write) {
    // Sign-in bookkeeping goes on while frozen, so that nobody is signed out.
    return write.table().startsWith("public.")
        || write.table().equals("auth.users") && write.operation() == LiveWrite.Operation.INSERT;
  }

  /** Each user of the source who is to be carried has one account, and no account is nobody's. */
  public static void oneAccountPerUser(Stage stage) throws Exception {
    List<String> carried = new ArrayList<>();
    try (Connection source = stage.source().connect(SupabaseSource.SUPERUSER);
        Statement statement = source.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT id::text FROM auth.users WHERE deleted_at IS NULL")) {
      while (rows.next()) {
        carried.add(rows.getString(1));
      }
    }
    List<String> accounts =
        stage.stackAuth().users().stream()
            .map(account -> account.at("/server_metadata/supabaseUserId").asText())
            .toList();
    assertThat(accounts).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(carried);
  }

  /** A table of the definitions that make a database out of rows, by name. */
  public static Map<String, String> definitions(Stage stage) throws Exception {
    Map<String, String> definitions = new TreeMap<>();
    try (Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER);
        Statement statement = target.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT 'constraint ' || conrelid::regclass || ' ' || conname,
                       pg_get_constraintdef(oid) || ' ' || convalidated
                  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'index ' || indexrelid::regclass, pg_get_indexdef(indexrelid) || ' ' || indisvalid
                  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
                 WHERE relnamespace = 'public'::regnamespace
                UNION ALL
                SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname,
                       pg_get_triggerdef(t.oid) || tgenabled::text
                  FROM pg_trigger t JOIN pg_class ON pg_class.oid = tgrelid
                 WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
                UNION ALL
                SELECT 'schema ' || nspname, '' FROM pg_namespace WHERE nspname = 'overwinter'
                """)) {
      while (rows.next()) {
        definitions.put(rows.getString(1), rows.getString(2));
      }
    }
    return definitions;
  }

  /** The state of every sequence of the target. */
  public static Map<String, String> sequences(Stage stage) throws Exception {
    Map<String, String> sequences = new TreeMap<>();
    try (Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER);
        Statement statement = target.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT sequencename, coalesce(last_value::text, 'unused') FROM pg_sequences"
                    + " WHERE schemaname = 'public'")) {
      while (rows.next()) {
        sequences.put(rows.getString(1), rows.getString(2));
      }
    }
    return sequences;
  }

  public static void noRowOnTheTarget(Stage stage) throws Exception {
    try (Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER);
        Statement statement = target.createStatement()) {
      for (String table : SandboxApplication.TABLES) {
        try (ResultSet rows =
            statement.executeQuery("SELECT count(*) FROM public.\"" + table + "\"")) {
          rows.next();
          assertThat(rows.getLong(1)).as(table).isZero();
        }
      }
    }
  }

  /** The source is guarded for good, and nothing of a guard is left on the target. */
  public static void onlyTheSourceIsGuarded(Stage stage) throws Exception {
    String triggers = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%overwinter%'";
    String permanent = "SELECT count(*) FROM overwinter.guard WHERE permanent";
    try (Connection source = stage.source().connect(SupabaseSource.SUPERUSER);
        Connection target = stage.target().connect(SelfHostedTarget.SUPERUSER)) {
      assertThat(number(source, triggers)).isGreaterThanOrEqualTo(SandboxApplication.TABLES.size());
      assertThat(number(source, permanent)).isOne();
      assertThat(number(target, triggers)).isZero();
    }
  }

  private static long number(Connection connection, String query) throws Exception {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** The source has nothing of the run any more. */
  public static void noTraceOnTheSource(Stage stage) throws Exception {
    try (Connection source = stage.source().connect(SupabaseSource.SUPERUSER);
        Statement statement = source.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%overwinter%'"
                    + " UNION ALL SELECT count(*) FROM pg_namespace WHERE nspname = 'overwinter'")) {
      while (rows.next()) {
        assertThat(rows.getLong(1)).isZero();
      }
    }
  }

  public static List<String> idsOf(List<ObjectNode> accounts) {
    return accounts.stream()
        .map(account -> account.get("id").asText())
        .collect(Collectors.toList());
  }
}
