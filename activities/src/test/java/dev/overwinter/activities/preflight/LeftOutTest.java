package dev.overwinter.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftOutTest {
  @TempDir private Path archive;

  @Test
  void what_no_run_carries_is_counted() throws SQLException {
    PreflightPair pair = new PreflightPair();
    PreflightPair.asSuperuser(
        pair.source,
        """
        CREATE SCHEMA storage; CREATE TABLE storage.buckets (id text); CREATE TABLE storage.objects (id text);
        CREATE VIEW public.codes AS SELECT code FROM public.units;
        CREATE VIEW public.prices AS SELECT price FROM public.units;
        CREATE EXTENSION ltree SCHEMA public; CREATE TABLE public.of_it (id int);
        INSERT INTO public.of_it VALUES (1), (2), (3);
        UPDATE pg_extension SET extconfig = ARRAY['public.of_it'::regclass::oid], extcondition = ARRAY['WHERE id > 1']
         WHERE extname = 'ltree';
        GRANT SELECT ON public.of_it TO project_owner;
        ALTER EXTENSION ltree ADD TABLE public.of_it
        """);

    List<Finding> findings =
        new Preflight(
                pair.sourceSettings(),
                pair.targetSettings(),
                (input, context) -> new UserCensus.Users(Map.of(), List.of()),
                (input, context) -> new ReferenceCensus.References(1, List.of()),
                archive)
            .preflight(PreflightPair.input(PreflightPair.request()), PreflightPair.context())
            .findings();

    assertThat(findings)
        .filteredOn(finding -> finding.object().equals("public.of_it"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.WARNING);
              assertThat(finding.message())
                  .contains("extension ltree and is not carried, and 2 rows");
            });
    assertThat(findings)
        .filteredOn(finding -> finding.severity() == Severity.NOTE)
        .extracting(Finding::message)
        .contains(
            "Tables of schemas that are Supabase's own or an extension's are not carried: 2 in auth, 2 in storage.",
            "Tables that belong to an extension are not carried: 1 of ltree. The target's have their own.",
            "Views have no rows to carry: 2.");
  }
}
