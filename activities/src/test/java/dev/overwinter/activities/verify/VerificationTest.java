package dev.overwinter.activities.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.remap.LedgerRowRemappers;
import dev.overwinter.activities.remap.RowRemapper;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerificationTest {
  private static final String WITHOUT_TRIGGERS = "SET session_replication_role = replica; ";

  private static SampleMigration sample;
  private static Database server;
  private static String original;
  private Database target;

  @BeforeAll
  static void copy() {
    sample = new SampleMigration();
    sample.copy();
    original = TestServer.single(sample.target, "SELECT current_database()");
    sample.target.close();
    server = TestServer.open("server", "postgres");
  }

  @AfterAll
  static void close() {
    sample.source.close();
    server.close();
  }

  @BeforeEach
  void cloneTarget() {
    TestServer.execute(server, "DROP DATABASE IF EXISTS verified_clone WITH (FORCE)");
    TestServer.execute(server, "CREATE DATABASE verified_clone TEMPLATE " + original);
    target = TestServer.open("target", "verified_clone");
  }

  @AfterEach
  void closeTarget() {
    target.close();
  }

  private VerificationSummary verify() {
    return new Verification(sample.source, target, 4)
        .verify(SampleMigration.input(), SampleMigration.context());
  }

  private static List<String> blockers(VerificationSummary summary) {
    return summary.findings().stream()
        .filter(it -> it.severity() == Severity.BLOCKER)
        .map(Finding::object)
        .toList();
  }

  private void change(String sql) {
    // One session, so that its setting dies with the statement's implicit transaction.
    TestServer.execute(target, "SET LOCAL client_min_messages = error; " + sql);
  }

  private void assertFound(String object) {
    VerificationSummary summary = verify();
    assertThat(summary.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(blockers(summary)).contains(object);
  }

  @Test
  void a_right_copy_passes_and_its_results_are_in_the_ledger() {
    VerificationSummary summary = verify();

    assertThat(blockers(summary)).isEmpty();
    assertThat(summary.verdict()).isEqualTo(Verdict.PASSED);
    assertThat(summary.tables()).isEqualTo(6);
    assertThat(summary.rows()).isEqualTo(40 + 200 + 202 + 1240 + 3 + 1);
    assertThat(summary.digestsCompared()).isEqualTo(12);
    assertThat(
            TestServer.single(
                target,
                """
                SELECT count(*) FROM overwinter.verified_table
                 WHERE verdict = 'PASSED' AND exported_digest = source_digest
                   AND source_digest = target_digest
                """))
        .isEqualTo("6");
    assertThat(
            TestServer.single(
                target,
                "SELECT string_agg(table_name || '.' || column_name, ' ' ORDER BY 1, column_name)"
                    + " FROM overwinter.remap_column GROUP BY run_id"))
        .contains("posts.author", "posts.doc", "posts.labels", "posts.raw", "posts.shout");
  }

  @Test
  void the_digest_names_what_was_verified() {
    String digest = verify().digest();

    assertThat(verify().digest()).isEqualTo(digest).hasSize(64);
    change("UPDATE public.ledger_lines SET line = 'changed' WHERE line = 'line 1'");
    assertThat(verify().digest()).isNotEqualTo(digest);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          one letter           ; UPDATE posts SET body = replace(body, 'tab', 'taB') WHERE id = (SELECT min(id) FROM posts WHERE body > '')
          one digit            ; UPDATE posts SET price = price + 0.001 WHERE id = 7
          one microsecond      ; UPDATE posts SET at = at + interval '1 microsecond' WHERE id = 7
          NULL to empty        ; UPDATE posts SET body = '' WHERE id = (SELECT min(id) FROM posts WHERE body IS NULL)
          empty to NULL        ; UPDATE posts SET body = NULL WHERE id = (SELECT min(id) FROM posts WHERE body = '')
          number's spelling    ; UPDATE posts SET raw = replace(raw::text, '1.0e1', '10')::json WHERE id = 5
          blank in a document  ; UPDATE posts SET raw = replace(raw::text, ' ', '')::json WHERE id = 5
          enum                 ; UPDATE posts SET level = 'high' WHERE id = 5
          a lost row           ; DELETE FROM posts WHERE id = 5
          values between rows  ; UPDATE posts SET flag = NOT flag WHERE id IN (5, 6)
          a stranger's id      ; UPDATE posts SET unrelated = gen_random_uuid() WHERE id = 5
          a key of a document  ; UPDATE posts SET doc = doc || '{"x": 1}' WHERE id = 5
          an array's shape     ; UPDATE posts SET labels = ARRAY[labels] WHERE id = 5
          an array's order     ; UPDATE posts SET readers = readers[2:2] || readers[1:1] || readers[3:3] WHERE id = 5
          text's case          ; UPDATE posts SET shout = lower(shout) WHERE id = 5
          another person       ; UPDATE posts SET author = (SELECT author FROM posts WHERE id = 6) WHERE id = 5
          another in a text    ; UPDATE posts SET code = (SELECT code FROM posts WHERE id = 6) WHERE id = 5
          another in an array  ; UPDATE posts SET readers[1] = (SELECT author FROM posts WHERE id = 6) WHERE id = 5
          another in documents ; UPDATE posts SET raw = (SELECT raw FROM posts WHERE id = 6) WHERE id = 5
          """)
  void a_change_in_one_row_is_found(String what, String statement) {
    change(WITHOUT_TRIGGERS + statement.replace(" posts", " public.posts"));

    assertFound("public.posts");
  }

  @Test
  void two_users_who_changed_places_everywhere_are_found() {
    String one = "'" + SampleMigration.NEW + "000000000007'::uuid";
    String other = "'" + SampleMigration.NEW + "000000000008'::uuid";
    change(
        WITHOUT_TRIGGERS
            + """
            UPDATE public.profiles SET handle = handle || 'x';
            UPDATE public.profiles SET id = CASE id WHEN %1$s THEN '%3$s'::uuid ELSE %1$s END
             WHERE id IN (%1$s);
            UPDATE public.profiles SET id = %1$s WHERE id = %2$s;
            UPDATE public.profiles SET id = %2$s WHERE id = '%3$s';
            UPDATE public.profiles SET handle = left(handle, -1);
            UPDATE public.events SET user_id = CASE user_id WHEN %1$s THEN %2$s ELSE %1$s END
             WHERE user_id IN (%1$s, %2$s);
            """
                .formatted(one, other, "00000000-0000-4000-8000-000000000000"));

    VerificationSummary summary = verify();

    assertThat(summary.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(blockers(summary)).contains("public.profiles").doesNotContain("public.ledger_lines");
  }

  @Test
  void values_that_changed_columns_are_found() {
    change("UPDATE public.ledger_lines SET line = other, other = line WHERE line = 'line 2'");

    assertFound("public.ledger_lines");
  }

  @Test
  void a_doubled_row_is_found_with_the_counts_of_both_sides() {
    change("INSERT INTO public.ledger_lines VALUES ('twice', 'twice', NULL)");

    assertThat(verify().findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.object()).isEqualTo("public.ledger_lines");
              assertThat(finding.message()).contains("203").contains("202");
            });
  }

  @Test
  void a_lost_row_of_a_partition_is_found_under_the_name_of_its_table() {
    change("DELETE FROM public.events_2 WHERE n = (SELECT min(n) FROM public.events_2)");

    assertFound("public.events");
  }

  @Test
  void a_user_id_that_was_not_replaced_is_found() {
    change(
        "UPDATE public.events SET user_id = '"
            + SampleMigration.OLD
            + "000000000003' WHERE user_id = '"
            + SampleMigration.NEW
            + "000000000037'");

    VerificationSummary summary = verify();

    assertThat(summary.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(blockers(summary)).containsExactly("public.events.user_id");
  }

  @ParameterizedTest
  @CsvSource({"code", "shout", "labels", "doc", "raw"})
  void a_user_id_that_was_not_replaced_in_text_is_found(String column) {
    String was = SampleMigration.NEW + "000000000036";
    String now = SampleMigration.OLD + "000000000004";
    boolean upper = column.equals("shout");
    change(
        WITHOUT_TRIGGERS
            + "UPDATE public.posts SET %1$s = replace(%1$s::text, '%2$s', '%3$s')::%4$s WHERE id = 3"
                .formatted(
                    column,
                    upper ? was.toUpperCase(Locale.ROOT) : was,
                    upper ? now.toUpperCase(Locale.ROOT) : now,
                    switch (column) {
                      case "doc" -> "jsonb";
                      case "raw" -> "json";
                      case "labels" -> "text[]";
                      default -> "text";
                    }));

    VerificationSummary summary = verify();

    assertThat(blockers(summary)).containsExactly("public.posts." + column);
  }

  @Test
  void a_dropped_foreign_key_is_found() {
    change("ALTER TABLE public.posts DROP CONSTRAINT posts_author_fkey");

    assertFound("public.posts.posts_author_fkey");
  }

  @Test
  void a_foreign_key_that_is_not_validated_is_found() {
    change(
        """
        ALTER TABLE public.posts DROP CONSTRAINT posts_author_fkey;
        ALTER TABLE public.posts ADD FOREIGN KEY (author) REFERENCES public.profiles NOT VALID
        """);

    assertFound("public.posts.posts_author_fkey");
  }

  @Test
  void a_foreign_key_that_nothing_enforces_is_found() {
    change("ALTER TABLE public.posts DISABLE TRIGGER ALL");

    assertFound("public.posts.posts_author_fkey");
  }

  @Test
  void a_reference_to_nothing_is_found_although_the_server_trusts_the_key() {
    change(
        WITHOUT_TRIGGERS
            + "DELETE FROM public.profiles WHERE id = '"
            + SampleMigration.NEW
            + "000000000030'");

    VerificationSummary summary = verify();

    assertThat(blockers(summary))
        .containsExactly("public.profiles", "public.posts.posts_author_fkey");
  }

  @Test
  void a_sequence_behind_its_column_is_found() {
    change("SELECT setval('public.posts_id_seq', 199)");

    assertFound("public.posts_id_seq");
  }

  @Test
  void a_free_sequence_behind_the_source_is_found() {
    change("SELECT setval('public.invoice_numbers', 77, false)");

    assertFound("public.invoice_numbers");
  }

  @Test
  void a_disabled_trigger_is_found() {
    change("ALTER TABLE public.posts DISABLE TRIGGER touch");

    assertFound("public.posts.touch");
  }

  @Test
  void an_object_that_is_still_put_aside_is_found() {
    change(
        """
        INSERT INTO overwinter.put_aside (run_id, kind, schema_name, table_name, object_name, stage,
                                          restore_statements, state)
          VALUES ('%1$s', 'index', 'public', 'posts', 'by_body', 1, '{}', 'aside'),
                 ('%1$s', 'index', 'public', 'posts', 'by_price', 1, '{}', 'restored');
        """
            .formatted(SampleMigration.RUN.runId()));

    VerificationSummary summary = verify();

    assertThat(summary.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(blockers(summary)).containsExactly("public.posts.by_body");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          public.ledger_lines.ledger_lines_line_check ; ALTER TABLE public.ledger_lines DROP CONSTRAINT ledger_lines_line_check
          public.ledger_lines.by_actor                ; DROP INDEX public.by_actor
          public.ledger_lines.by_other                ; CREATE INDEX by_other ON public.ledger_lines (other)
          public.events.n                             ; ALTER TABLE public.events ALTER n SET DEFAULT 1
          public.events_2.n                           ; ALTER TABLE public.events_2 ALTER n SET DEFAULT 5
          public.posts.author                         ; ALTER TABLE public.posts ALTER author DROP NOT NULL
          public.posts.id                             ; ALTER TABLE public.posts ALTER id SET GENERATED BY DEFAULT
          public.posts.posts_pkey                     ; ALTER TABLE public.posts DROP CONSTRAINT posts_pkey
          public.profiles.profiles_handle_key         ; ALTER TABLE public.profiles DROP CONSTRAINT profiles_handle_key
          public.posts.posts_author_fkey              ; ALTER TABLE public.posts DROP CONSTRAINT posts_author_fkey, ADD FOREIGN KEY (author) REFERENCES public.profiles ON DELETE CASCADE
          public.posts.touch                          ; DROP TRIGGER touch ON public.posts
          """)
  void a_table_that_is_defined_otherwise_than_before_the_import_is_found(
      String object, String statement) {
    change(statement);

    VerificationSummary summary = verify();

    assertThat(summary.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(summary.findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.object()).isEqualTo(object);
              assertThat(finding.message()).contains("before the import");
            });
  }

  @Test
  void definitions_that_were_never_recorded_are_no_pass() {
    change("DELETE FROM overwinter.put_aside_plan");

    assertThat(verify().verdict()).isEqualTo(Verdict.COULD_NOT_VERIFY);
  }

  @Test
  void a_run_whose_remapping_was_never_planned_does_not_pass() {
    change("DELETE FROM overwinter.remap_plan");

    assertFound("overwinter.user_mapping");
  }

  @Test
  void rows_that_a_policy_hides_from_the_role_are_no_pass() {
    TestServer.execute(
        sample.source,
        """
        CREATE ROLE verification_reader LOGIN;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO verification_reader;
        GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO verification_reader;
        ALTER TABLE public.ledger_lines ENABLE ROW LEVEL SECURITY;
        """);
    String url =
        "jdbc:postgresql://localhost:%s/%s"
            .formatted(
                TestServer.single(sample.source, "SHOW port"),
                TestServer.single(sample.source, "SELECT current_database()"));
    VerificationSummary summary;
    try (Database asReader =
        new Database(new DatabaseSettings("source", url, "verification_reader", "", 4))) {
      summary =
          new Verification(asReader, target, 4)
              .verify(SampleMigration.input(), SampleMigration.context());
    } finally {
      TestServer.execute(
          sample.source,
          """
          ALTER TABLE public.ledger_lines DISABLE ROW LEVEL SECURITY;
          DROP OWNED BY verification_reader; DROP ROLE verification_reader;
          """);
    }

    assertThat(summary.verdict()).isEqualTo(Verdict.COULD_NOT_VERIFY);
    assertThat(blockers(summary)).containsExactly("public.ledger_lines");
  }

  @Test
  void two_people_with_one_account_are_found() {
    change(
        """
        DROP INDEX overwinter.user_account_stack_id;
        INSERT INTO overwinter.user_account
          SELECT run_id, gen_random_uuid(), user_class, state, stack_id
            FROM overwinter.user_account LIMIT 1;
        """);

    assertFound("overwinter.user_mapping");
  }

  @Test
  @Timeout(60)
  void a_cancelled_verification_ends_while_its_queries_are_blocked() throws Exception {
    CancellableContext context = new CancellableContext();
    try (Connection blocker = target.connect();
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("LOCK TABLE public.posts IN ACCESS EXCLUSIVE MODE");
      CompletableFuture<VerificationSummary> verification =
          CompletableFuture.supplyAsync(
              () ->
                  new Verification(sample.source, target, 2)
                      .verify(SampleMigration.input(), context));
      context.awaitHeartbeats(2);
      context.cancel();

      assertThatThrownBy(verification::get)
          .cause()
          .isInstanceOfAny(StepException.class, CancellationException.class);
    }
  }

  /** Tells a step that it was cancelled as Temporal's heartbeat does. */
  private static final class CancellableContext implements StepContext {
    private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();
    private final Semaphore heartbeats = new Semaphore(0);
    private volatile boolean cancelled;

    @Override
    public void progress(Progress progress) {
      heartbeats.release();
      if (cancelled) {
        throw new CancellationException();
      }
    }

    @Override
    public AutoCloseable onCancel(Runnable action) {
      actions.add(action);
      return () -> actions.remove(action);
    }

    private void awaitHeartbeats(int count) throws InterruptedException {
      heartbeats.acquire(count);
    }

    private void cancel() {
      cancelled = true;
      actions.forEach(Runnable::run);
    }
  }

  @Test
  void a_missing_table_and_a_missing_column_are_found() {
    change("DROP TABLE public.nothing; ALTER TABLE public.posts DROP COLUMN price");

    VerificationSummary summary = verify();

    assertThat(blockers(summary)).containsOnly("public.nothing", "public.posts.price");
  }

  @Test
  void a_source_that_is_no_longer_what_was_exported_is_found() {
    change(
        "UPDATE overwinter.chunk SET raw_digest = repeat('0', 15) || '1' || repeat('0', 32)"
            + " WHERE leaf_name = 'nothing'");

    assertFound("public.nothing");
  }

  @Test
  void a_table_that_was_not_exported_could_not_be_verified() {
    change("DELETE FROM overwinter.copied_table WHERE source_name = 'posts'");

    VerificationSummary summary = verify();

    assertThat(summary.verdict()).isEqualTo(Verdict.COULD_NOT_VERIFY);
    assertThat(blockers(summary)).containsExactly("public.posts");
  }

  @Test
  void a_query_that_fails_for_good_is_no_pass() {
    change("DROP FUNCTION overwinter.source_array");

    VerificationSummary summary = verify();

    assertThat(summary.verdict()).isEqualTo(Verdict.COULD_NOT_VERIFY);
    assertThat(blockers(summary)).containsExactly("public.posts");
  }

  @Test
  void a_remapper_with_a_defect_does_not_pass() {
    SampleMigration defective = new SampleMigration();
    LedgerRowRemappers right = new LedgerRowRemappers();
    defective.copy(
        (connection, run, table) -> {
          RowRemapper remapper = right.forTable(connection, run, table);
          int[] rows = {0};
          byte[][] last = {null};
          return values -> {
            remapper.remap(values);
            if (table.source().name().equals("events")) {
              byte[] mine = values[1];
              // Now and then a row gets the user of the row before.
              values[1] = ++rows[0] % 100 == 0 ? last[0] : values[1];
              last[0] = mine;
            }
          };
        });

    VerificationSummary summary =
        new Verification(defective.source, defective.target, 4)
            .verify(SampleMigration.input(), SampleMigration.context());
    defective.source.close();
    defective.target.close();

    assertThat(summary.verdict()).isEqualTo(Verdict.FAILED);
    assertThat(blockers(summary)).containsExactly("public.events");
  }
}
