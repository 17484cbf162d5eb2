package dev.overwinter.activities.later;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.postgres.TestServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a run from carrying tables left for later is told before anything is touched. */
final class LaterRefusalsTest {
  private static final String TABLES =
      """
      CREATE TABLE public.units (id int PRIMARY KEY);
      CREATE TABLE public.history (id serial PRIMARY KEY, by uuid, line text);
      CREATE TABLE public.left_too (id int PRIMARY KEY);
      """;

  private static final String ROWS =
      """
      INSERT INTO public.units VALUES (1);
      INSERT INTO public.history (by, line) VALUES ('00000000-0000-4000-8000-000000000001', 'one');
      """;

  private static final String REQUEST =
      """
      {'tables': {'public.history': {'later': true}, 'public.left_too': {'later': true}}}
      """;

  @TempDir private Path archive;
  private LaterFixture fixture;

  @BeforeEach
  void set_up() {
    fixture = new LaterFixture(archive, TABLES + ROWS, TABLES, REQUEST);
  }

  @AfterEach
  void tear_down() {
    fixture.close();
  }

  private void isRefused(String request, String... words) {
    assertThat(fixture.later(request).blockers())
        .anySatisfy(blocker -> assertThat(blocker).contains(words));
    assertThat(
            fixture.onTarget(
                "SELECT to_regclass('overwinter.later_run') IS NULL"
                    + " OR (SELECT query_to_xml('SELECT 1 FROM overwinter.later_run', true, true, '')::text"
                    + " NOT LIKE '%row%')"))
        .as("nothing was entered")
        .isEqualTo("t");
  }

  @Test
  void a_run_that_has_not_gone_live_or_has_gone_back() {
    isRefused("{'run': 'night'}", "night: The source is not frozen", "rolled back, never began");
    fixture.load();
    isRefused("{'run': 'night'}", "night: The run has not gone live");
    isRefused("{'run': 'other'}", "other: The source is frozen by another run, which is night.");
  }

  @Test
  void a_ledger_that_is_gone_or_does_not_tell() {
    fixture.load();
    fixture.goLive();
    TestServer.execute(fixture.target, "DELETE FROM overwinter.run_request");
    isRefused("{'run': 'night'}", "an older version of Overwinter made it");
    TestServer.execute(fixture.target, "DROP SCHEMA overwinter CASCADE");
    isRefused("{'run': 'night'}", "The target has no ledger of the run");
  }

  @Test
  void a_mapping_that_is_gone_or_past_its_day() {
    fixture.load();
    fixture.goLive();
    TestServer.execute(
        fixture.target, "UPDATE overwinter.remap_plan SET planned_at = now() - interval '91 days'");
    isRefused("{'run': 'night'}", "was to be kept until", "mappingRetention");
    assertThat(fixture.later("{'run': 'night', 'users': {'mappingRetention': 'P180D'}}").blockers())
        .isEmpty();
    TestServer.execute(
        fixture.target, "DELETE FROM overwinter.user_account WHERE supabase_id::text LIKE '%7'");
    TestServer.execute(
        fixture.target, "DELETE FROM overwinter.run WHERE workflow_id LIKE 'later-%'");
    isRefused(
        "{'run': 'night', 'users': {'mappingRetention': 'P180D'}}",
        "The mapping of user ids is gone from the ledger, or not whole any more");
  }

  @Test
  void tables_that_were_not_left_or_do_not_fit() {
    fixture.load();
    fixture.goLive();
    isRefused(
        "{'run': 'night', 'tables': {'public.units': {}}}",
        "public.units: The run did not leave this table for later.",
        "public.history, public.left_too");
    isRefused(
        "{'run': 'night', 'tables': {'public.history': {'columns': {'lime': {'drop': true}}}}}",
        "public.history.lime",
        "did you mean line?");
    isRefused(
        "{'run': 'night', 'tables': {'public.history': {'columns': {'line': {'expression': 'random()::text'}}}}}",
        "public.history.line");
    isRefused(
        "{'run': 'night', 'tables': {'public.history': {'rename': 'public.chronicle'}}}",
        "public.chronicle: The target lacks this table.");
  }

  @Test
  void tables_that_cannot_be_loaded_without_harm() {
    fixture.load();
    fixture.goLive();
    TestServer.execute(
        fixture.target,
        """
        SELECT setval('public.history_id_seq', 1, false);
        CREATE RULE quiet AS ON INSERT TO public.left_too DO INSTEAD NOTHING;
        """);
    isRefused(
        "{'run': 'night'}", "public.history_id_seq: The sequence gives the application numbers");
    isRefused("{'run': 'night'}", "public.left_too: Rules of the table (CREATE RULE)");
    TestServer.execute(
        fixture.target,
        """
        SELECT setval('public.history_id_seq', 100);
        DROP RULE quiet ON public.left_too;
        ALTER TABLE public.history ADD next int REFERENCES public.left_too;
        ALTER TABLE public.left_too ADD other int REFERENCES public.history;
        """);
    isRefused("{'run': 'night'}", "foreign keys: Tables refer to each other in a circle");
  }
}
