package dev.overwinter.activities.remap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.archive.CopiedTable;
import dev.overwinter.activities.postgres.Catalog;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.remap.ReferenceColumn.Evidence;
import dev.overwinter.activities.rules.Projections;
import dev.overwinter.activities.verify.SampleMigration;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.ReferenceTreatment;
import dev.overwinter.workflows.request.UnknownUserRule;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.RemapSummary;
import dev.overwinter.workflows.steps.StepInput;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemapPlanningTest {
  private final SampleMigration sample = new SampleMigration();

  @AfterEach
  void close() {
    sample.source.close();
    sample.target.close();
  }

  private DiscoveredReferences discover() throws SQLException {
    return discover(List.of());
  }

  private DiscoveredReferences discoverWithout(int user) throws SQLException {
    return discover(List.of(UUID.fromString(SampleMigration.OLD + "%012d".formatted(user))));
  }

  private DiscoveredReferences discover(List<UUID> notCarried) throws SQLException {
    try (Connection connection = sample.source.connect()) {
      return ReferenceDiscovery.discover(
          sample.source,
          Projections.read(connection, SampleMigration.input().request()),
          SampleMigration.input().request().references(),
          notCarried,
          3,
          SampleMigration.context());
    }
  }

  private RemapSummary plan(StepInput input) {
    return new RemapPlanning(sample.source, sample.target, 2)
        .plan(input, SampleMigration.context());
  }

  private StepInput stopping(Map<String, ReferenceTreatment> columns) {
    return SampleMigration.input(UnknownUserRule.STOP, columns);
  }

  private static String describe(ReferenceColumn column) {
    return "%s %s %s %d/%d"
        .formatted(
            column.path(), column.kind(), column.evidence(), column.known(), column.unknown());
  }

  @Test
  void columns_of_every_kind_are_found_and_no_other_is_proposed() throws SQLException {
    assertThat(discover().columns())
        .extracting(RemapPlanningTest::describe)
        .containsExactly(
            "public.events.user_id UUID VALUES 1240/0",
            "public.posts.author UUID FOREIGN_KEY 200/0",
            "public.posts.code TEXT VALUES 200/0",
            "public.posts.shout TEXT VALUES 200/0",
            "public.posts.readers UUID_ARRAY VALUES 200/200",
            "public.posts.labels TEXT_ARRAY VALUES 200/0",
            "public.posts.doc JSON VALUES 595/0",
            "public.posts.raw JSON VALUES 200/0",
            "public.profiles.id UUID FOREIGN_KEY 40/0");
  }

  @Test
  void prose_and_mere_names_are_told() throws SQLException {
    Map<String, String> findings =
        discover().findings().stream()
            .collect(Collectors.toMap(Finding::object, it -> it.severity() + " " + it.message()));

    assertThat(findings)
        .containsOnlyKeys(
            "public.O'dd \"T%.created_by",
            "public.ledger_lines.actor", "public.posts.labels", "public.posts.doc");
    assertThat(findings.get("public.O'dd \"T%.created_by")).startsWith("NOTE");
    assertThat(findings.get("public.ledger_lines.actor")).startsWith("WARNING holds 200 user ids");
  }

  @Test
  void a_column_that_holds_few_user_ids_is_mapped_but_its_strangers_are_nobody_missing()
      throws SQLException {
    TestServer.execute(
        sample.source,
        """
        CREATE TABLE public.things (id uuid, note text);
        INSERT INTO public.things SELECT gen_random_uuid(), 'x' FROM generate_series(1, 10);
        INSERT INTO public.things SELECT id, id::text FROM auth.users LIMIT 3;
        """);

    assertThat(discover().columns())
        .extracting(RemapPlanningTest::describe)
        .contains("public.things.id UUID VALUES 3/0", "public.things.note TEXT VALUES 3/0");
  }

  @Test
  void ids_in_types_that_cannot_be_mapped_are_told() throws SQLException {
    TestServer.execute(
        sample.source,
        """
        CREATE TYPE public.pair AS (who uuid, what text);
        CREATE TABLE public.things (it public.pair, docs jsonb[]);
        INSERT INTO public.things
          SELECT (id, 'x')::public.pair, ARRAY[to_jsonb(id)] FROM auth.users LIMIT 3;
        """);

    DiscoveredReferences found = discover();

    assertThat(found.columns()).noneMatch(it -> it.table().name().equals("things"));
    assertThat(found.findings())
        .extracting(Finding::object)
        .contains("public.things.it", "public.things.docs");
  }

  @Test
  void unknown_users_stop_the_run_with_columns_and_counts() {
    assertThatThrownBy(() -> plan(stopping(Map.of())))
        .isInstanceOfSatisfying(
            StepException.class,
            e -> assertThat(e.type()).isEqualTo(FailureType.REFERENCES_UNSETTLED))
        .hasMessageContaining("public.posts.readers (200)");
    assertThat(TestServer.single(sample.target, "SELECT count(*) FROM overwinter.remap_plan"))
        .isEqualTo("0");
  }

  @Test
  void a_column_that_is_left_alone_stops_nothing() {
    RemapSummary summary = plan(stopping(Map.of("public.posts.readers", ReferenceTreatment.LEAVE)));

    assertThat(summary).isEqualTo(new RemapSummary(8, 2875, 0));
    assertThat(
            TestServer.single(
                sample.target,
                "SELECT treatment FROM overwinter.remap_column WHERE column_name = 'readers'"))
        .isEqualTo("LEAVE");
  }

  @Test
  void users_without_an_account_by_rule_count_as_unknown() throws SQLException {
    TestServer.execute(
        sample.target,
        "UPDATE overwinter.user_account SET state = 'skipped', stack_id = NULL WHERE supabase_id = '"
            + SampleMigration.OLD
            + "000000000007'");

    assertThatThrownBy(
            () -> plan(stopping(Map.of("public.posts.readers", ReferenceTreatment.LEAVE))))
        .hasMessageContaining("public.events.user_id (31)")
        .hasMessageContaining("public.profiles.id (1)")
        .hasMessageContaining("public.posts.shout (5)");
    assertThat(discoverWithout(7).columns())
        .extracting(RemapPlanningTest::describe)
        .contains("public.posts.readers UUID_ARRAY VALUES 195/205");
  }

  @Test
  void a_user_whom_nobody_decided_about_stops_the_plan() {
    TestServer.execute(
        sample.target,
        "DELETE FROM overwinter.user_account WHERE supabase_id = '"
            + SampleMigration.OLD
            + "000000000040'");

    assertThatThrownBy(() -> plan(SampleMigration.input()))
        .isInstanceOf(StepException.class)
        .hasMessageContaining("1 users of auth.users have neither");
  }

  @Test
  void a_column_that_does_not_exist_is_refused_with_the_nearest_name() {
    assertThatThrownBy(() -> plan(stopping(Map.of("public.post.autor", ReferenceTreatment.LEAVE))))
        .isInstanceOf(StepException.class)
        .hasMessageContaining("Did you mean public.posts.author?");
  }

  @Test
  void the_request_can_name_a_column_without_evidence_but_none_of_an_unfit_type() {
    plan(
        SampleMigration.input(
            UnknownUserRule.KEEP, Map.of("public.ledger_lines.line", ReferenceTreatment.MAP)));
    assertThat(
            TestServer.single(
                sample.target,
                "SELECT evidence FROM overwinter.remap_column WHERE column_name = 'line'"))
        .isEqualTo(Evidence.REQUEST.name());

    assertThatThrownBy(() -> plan(stopping(Map.of("public.posts.price", ReferenceTreatment.MAP))))
        .hasMessageContaining("numeric(9,3)");
  }

  @Test
  void a_later_attempt_replaces_the_plan() {
    plan(SampleMigration.input());
    plan(SampleMigration.input());

    assertThat(TestServer.single(sample.target, "SELECT count(*) FROM overwinter.remap_column"))
        .isEqualTo("9");
  }

  @Test
  void a_plan_that_rows_were_imported_by_cannot_change() {
    sample.copy();

    plan(SampleMigration.input());
    assertThatThrownBy(
            () ->
                plan(
                    SampleMigration.input(
                        UnknownUserRule.KEEP,
                        Map.of("public.posts.readers", ReferenceTreatment.LEAVE))))
        .isInstanceOfSatisfying(
            StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED));
  }

  @Test
  void rows_are_remapped_by_position_and_an_outdated_mapping_is_refused() throws SQLException {
    plan(SampleMigration.input());
    LedgerRowRemappers remappers = new LedgerRowRemappers();
    try (Connection source = sample.source.connect();
        Connection target = sample.target.connect()) {
      CopiedTable events =
          Catalog.read(source, List.of("public")).stream()
              .filter(it -> it.name().name().equals("events"))
              .map(it -> CopiedTable.asItIs(1, it))
              .findFirst()
              .orElseThrow();
      byte[][] row = {
        "2026-01-01".getBytes(StandardCharsets.UTF_8),
        (SampleMigration.OLD + "000000000001").getBytes(StandardCharsets.UTF_8),
        null
      };
      remappers.forTable(target, SampleMigration.RUN, events).remap(row);

      assertThat(row[1]).asString().isEqualTo(SampleMigration.NEW + "000000000039");
      assertThat(row[0]).asString().isEqualTo("2026-01-01");
      assertThat(row[2]).isNull();

      TestServer.execute(
          sample.target,
          "UPDATE overwinter.user_account SET stack_id = gen_random_uuid()"
              + " WHERE supabase_id = '"
              + SampleMigration.OLD
              + "000000000001'");
      assertThatThrownBy(
              () -> new LedgerRowRemappers().forTable(target, SampleMigration.RUN, events))
          .isInstanceOfSatisfying(
              StepException.class, e -> assertThat(e.type()).isEqualTo(FailureType.TARGET_CHANGED));
    }
  }
}
