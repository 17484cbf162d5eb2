package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.remap.LedgerRowRemappers;
import dev.overwinter.activities.remap.RemapPlanning;
import dev.overwinter.activities.verify.Verification;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.VerificationSummary;
import dev.overwinter.workflows.steps.VerificationSummary.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Export, remapping and import in Java against verification in SQL, on all that is awkward. */
class VerifiedCopyTest {
  private static final String PEOPLE =
      """
      CREATE TABLE app.people (id uuid PRIMARY KEY, boss uuid REFERENCES app.people,
        name text, doc jsonb);
      CREATE DOMAIN app.member AS uuid;
      CREATE TABLE app.circle (owner app.member, members uuid[], names text[], doc json,
        padded char(40), short varchar(36), mood app.severity, raw bytea, weight real,
        keys jsonb, amount app.amount, note text);
      CREATE TYPE app.uuid AS ENUM ('0a1b2c3d-0000-4000-8000-000000000001');
      CREATE TABLE app.not_ids (a app.uuid);
      """;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_copy_of_every_type_shape_and_name_passes_with_every_user_remapped(
      boolean keepsArchive, @TempDir Path archive) {
    try (CopyFixture fixture =
        new CopyFixture(
            archive, TortureTables.TABLES + PEOPLE, 64 << 10, "app", "Odd/../ \"Schema.%")) {
      fixture.keepsArchive = keepsArchive;
      TestServer.execute(fixture.source, TortureTables.ROWS);
      TestServer.execute(
          fixture.source,
          """
          CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY);
          INSERT INTO auth.users SELECT gen_random_uuid() FROM generate_series(1, 500);
          INSERT INTO app.people
            SELECT id, NULL, id::text, jsonb_build_object(id, id) FROM auth.users;
          UPDATE app.people SET boss = (SELECT min(id::text)::uuid FROM app.people);
          INSERT INTO app.circle (owner, members, names, doc, padded, short, mood, raw, weight,
              keys, amount, note)
            SELECT id, ARRAY[id, NULL, id], ARRAY[id::text, upper(id::text), NULL, ' ' || id],
                   json_build_array(id, upper(id::text), ' ' || id, 1.50), id, upper(id::text),
                   'low', decode(md5(id::text), 'hex'), random(),
                   jsonb_build_object(id, id, 'a"' || id, '\'), 1, 'by ' || id
              FROM auth.users;
          UPDATE app.circle SET members = ARRAY[[owner, owner], [NULL, owner]]::uuid[],
                 names = '[3:4]={x,y}'::text[] WHERE note LIKE '%1';
          UPDATE app.circle SET members[2] = owner WHERE note LIKE '%2';
          UPDATE app.circle SET members = '{}', names = NULL, doc = NULL WHERE note LIKE '%3';
          UPDATE app.everything SET ids = ARRAY(SELECT id FROM auth.users LIMIT 3),
                 texts = ARRAY(SELECT '"' || id FROM auth.users LIMIT 3)
           WHERE i4 BETWEEN 100 AND 200;
          INSERT INTO app.not_ids VALUES ('0a1b2c3d-0000-4000-8000-000000000001');
          """);
      String users =
          TestServer.single(
              fixture.source, "SELECT string_agg('(''' || id || '''::uuid)', ',') FROM auth.users");
      TestServer.execute(
          fixture.target,
          """
          INSERT INTO overwinter.user_account (run_id, supabase_id, user_class, state, stack_id)
            SELECT '%s', id, 'PORTABLE_HASH', 'created', gen_random_uuid() FROM (VALUES %s) u (id)
          """
              .formatted(fixture.run.runId(), users));
      new RemapPlanning(fixture.source, fixture.target, 2).plan(fixture.input(), fixture.recorder);
      TargetLoad load = new TargetLoad(fixture.source, fixture.target, 2);
      load.putAside(fixture.input(), fixture.recorder);
      fixture.remappers = new LedgerRowRemappers();

      fixture.copyAll();
      load.completeLoad(fixture.input(), fixture.recorder);
      VerificationSummary summary =
          new Verification(fixture.source, fixture.target, 4)
              .verify(fixture.input(), fixture.recorder);

      assertThat(
              fixture.onTarget(
                  """
                  SELECT string_agg(target_name, ' ' ORDER BY target_name)
                    FROM overwinter.copied_table WHERE wire_types IS NULL
                  """))
          .as("the tables whose rows travel as text")
          .isEqualTo("everything no_columns only_generated");
      assertThat(summary.findings()).noneMatch(it -> it.severity() == Severity.BLOCKER);
      assertThat(summary.verdict()).isEqualTo(Verdict.PASSED);
      assertThat(fixture.recorder.registrations()).isZero();
      assertThat(
              fixture.onTarget(
                  """
                  SELECT count(*) FROM app.people p
                    JOIN overwinter.user_mapping m ON m.stack_id = p.id
                   WHERE p.name = p.id::text AND p.doc = jsonb_build_object(p.id, p.id)
                  """))
          .isEqualTo("500");
      assertThat(
              fixture.onTarget(
                  """
                  SELECT count(*) FROM app.circle c
                    JOIN overwinter.user_mapping m ON m.stack_id = c.owner
                   WHERE padded = owner::text AND short = upper(owner::text)
                     AND keys ? owner::text AND note <> 'by ' || owner
                     AND m.supabase_id <> ALL (members) IS NOT FALSE
                     AND m.supabase_id::text <> ALL (names) IS NOT FALSE
                     AND strpos(replace(doc::text, '" ' || m.supabase_id, ''), m.supabase_id::text)
                         IS NOT DISTINCT FROM CASE WHEN doc IS NULL THEN NULL ELSE 0 END
                  """))
          .isEqualTo("500");
    }
  }

  @Test
  void a_lost_chunk_is_found(@TempDir Path archive) {
    try (CopyFixture fixture =
        new CopyFixture(archive, TortureTables.TABLES, 64 << 10, "app", "Odd/../ \"Schema.%")) {
      TestServer.execute(fixture.source, TortureTables.ROWS);
      fixture.copyAll();
      TestServer.execute(
          fixture.target, "DELETE FROM app.everything WHERE id BETWEEN 1000 AND 1500");

      VerificationSummary summary =
          new Verification(fixture.source, fixture.target, 4)
              .verify(fixture.input(), fixture.recorder);

      assertThat(summary.verdict()).isEqualTo(Verdict.FAILED);
      assertThat(summary.findings()).extracting(Finding::object).contains("app.everything");
    }
  }
}
