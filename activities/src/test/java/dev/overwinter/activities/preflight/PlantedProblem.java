package dev.overwinter.activities.preflight;

import dev.overwinter.workflows.steps.Finding.Severity;
import java.util.List;
import java.util.stream.Stream;

/**
 * Something planted by a superuser and the finding it must give.
 *
 * @param side where it is planted
 * @param sql plants it; {source} and {target} stand for the databases
 */
record PlantedProblem(String side, String sql, Severity severity, String object, String message) {
  /** Problems in groups that do not hide each other. */
  private static String guard(String until) {
    return """
        CREATE TABLE overwinter.guard (
          run_id text, workflow_id text, permanent boolean, lapsed_at timestamptz,
          lease_until timestamptz);
        INSERT INTO overwinter.guard VALUES ('r', 'older', false, NULL, %s);
        GRANT USAGE ON SCHEMA overwinter TO project_owner;
        GRANT SELECT ON overwinter.guard TO project_owner
        """
        .formatted(until);
  }

  static Stream<List<PlantedProblem>> groups() {
    return Stream.of(
        List.of(
            blocker(
                "source",
                "REVOKE USAGE ON SCHEMA auth FROM project_owner",
                "auth",
                "use this schema"),
            blocker(
                "source",
                "ALTER DATABASE {source} OWNER TO postgres; REVOKE ALL ON DATABASE {source} FROM project_owner",
                "source",
                "create the guard's schema"),
            blocker(
                "source",
                "CREATE SCHEMA overwinter; " + guard("now() + interval '1 hour'"),
                "source",
                "workflow older, run r; its lease runs until"),
            blocker(
                "target",
                "CREATE SCHEMA overwinter; CREATE TABLE overwinter.run (run_id text, workflow_id text, ended_at timestamptz); INSERT INTO overwinter.run VALUES ('r', 'older', NULL); GRANT USAGE ON SCHEMA overwinter TO app_owner; GRANT SELECT ON overwinter.run TO app_owner",
                "target",
                "workflow older"),
            blocker(
                "target",
                "INSERT INTO public.units (code) VALUES ('x'); INSERT INTO public.readings VALUES (1, 1, '2026-01-01')",
                "public.readings",
                "has rows")),
        List.of(
            blocker(
                "source",
                "ALTER TABLE auth.users DROP encrypted_password",
                "auth.users",
                "encrypted_password"),
            blocker(
                "source",
                "REVOKE TRIGGER ON auth.users FROM project_owner",
                "auth.users",
                "guard this table"),
            blocker(
                "source",
                "REVOKE SELECT ON auth.identities FROM project_owner",
                "auth.identities",
                "read this table"),
            blocker(
                "source",
                "ALTER DATABASE {source} OWNER TO postgres; REVOKE TEMP ON DATABASE {source} FROM PUBLIC",
                "source",
                "temporary tables"),
            blocker(
                "source",
                "CREATE SCHEMA overwinter; CREATE TABLE overwinter.guard (run_id text, workflow_id text)",
                "source",
                "raised by another role"),
            blocker(
                "target",
                "CREATE SCHEMA overwinter",
                "overwinter",
                "not a ledger of this role's runs"),
            blocker(
                "target",
                "INSERT INTO public.units (code) VALUES ('x')",
                "public.units",
                "has rows"),
            warning(
                "target",
                "ALTER TABLE public.units DROP doubled",
                "public.units.doubled",
                "computed column")),
        List.of(
            warning(
                "source",
                "CREATE SCHEMA overwinter; " + guard("now() - interval '1 hour'"),
                "source",
                "A stale guard stands on the source: workflow older, run r; its lease ran out at"),
            blocker(
                "target",
                "ALTER TABLE public.units OWNER TO postgres",
                "public.units",
                "does not own"),
            blocker(
                "target",
                "ALTER SCHEMA public OWNER TO postgres",
                "public",
                "may not create indexes"),
            blocker(
                "target", "ALTER DATABASE {target} OWNER TO postgres", "target", "ledger's schema"),
            blocker("target", "DROP TABLE public.readings", "public.readings", "lacks this table"),
            blocker(
                "target",
                "ALTER TABLE public.units DROP code",
                "public.units.code",
                "lacks this column"),
            blocker(
                "target",
                "ALTER TABLE public.units ALTER doubled DROP EXPRESSION",
                "public.units.doubled",
                "computed in the source only")),
        List.of(
            blocker(
                "source",
                "DROP SCHEMA auth CASCADE",
                "auth.users",
                "This is not a Supabase project"),
            blocker(
                "target",
                "ALTER TABLE public.units ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
                "public.units",
                "Row level security is forced"),
            blocker(
                "target",
                "ALTER TABLE public.units ADD tenant int NOT NULL",
                "public.units.tenant",
                "requires this column"),
            blocker(
                "target",
                "ALTER TABLE public.units ALTER code TYPE varchar(10)",
                "public.units.code",
                "may not hold"),
            blocker(
                "source",
                "ALTER DATABASE {source} SET default_transaction_read_only = on",
                "source",
                "read-only mode"),
            blocker(
                "target",
                "ALTER DATABASE {target} SET default_transaction_read_only = on",
                "target",
                "read-only mode")),
        List.of(
            blocker(
                "source",
                "CREATE TABLE public.alien (id int PRIMARY KEY)",
                "public.alien",
                "may not read"),
            note(
                "target",
                "ALTER TABLE public.units ADD tenant int NOT NULL DEFAULT 1",
                "public.units.tenant",
                "gets its default"),
            warning(
                "target",
                "ALTER TABLE public.units ALTER code TYPE text",
                "public.units.code",
                "holds every value"),
            warning(
                "target",
                "ALTER TABLE public.units ALTER price SET NOT NULL",
                "public.units.price",
                "refuses NULL"),
            note(
                "target",
                "SET ROLE app_owner; CREATE TABLE public.extra (id int)",
                "public.extra",
                "left as it is"),
            blocker(
                "source",
                "ALTER TYPE public.status ADD VALUE 'lost'",
                "public.status",
                "lacks labels: lost"),
            warning("target", "DROP SEQUENCE public.invoices", "public.invoices", "no counterpart"),
            blocker(
                "source",
                "CREATE EXTENSION hstore; SET ROLE project_owner; CREATE TABLE public.h (id int PRIMARY KEY, tags public.hstore)",
                "hstore",
                "which the target lacks"),
            blocker(
                "target",
                "SET ROLE app_owner; CREATE TABLE public.elsewhere (id bigint PRIMARY KEY); ALTER TABLE public.units ADD FOREIGN KEY (id) REFERENCES public.elsewhere",
                "public.units",
                "which is empty"),
            warning(
                "target",
                "ALTER TABLE public.units ADD CONSTRAINT short_code CHECK (length(code) < 9)",
                "public.units.short_code",
                "this check constraint"),
            warning(
                "target",
                "ALTER TABLE public.units ADD CONSTRAINT one_code UNIQUE (code)",
                "public.units.one_code",
                "this unique constraint"),
            warning(
                "target",
                "CREATE UNIQUE INDEX one_price ON public.units (lower(code))",
                "public.units.one_price",
                "this unique index"),
            blocker(
                "source",
                "CREATE FOREIGN DATA WRAPPER v; CREATE SERVER elsewhere FOREIGN DATA WRAPPER v; SET ROLE project_owner; CREATE TABLE public.logs (at date) PARTITION BY RANGE (at); RESET ROLE; CREATE FOREIGN TABLE public.logs_2020 PARTITION OF public.logs FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') SERVER elsewhere",
                "public.logs_2020",
                "would stay behind"),
            warning("source", "SELECT lo_create(0)", "large objects", "1 large objects"),
            warning(
                "source",
                "CREATE TABLE auth.ddl (tag text); CREATE FUNCTION auth.log_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO auth.ddl VALUES (tg_tag); END $$; CREATE FUNCTION auth.tell() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NOTIFY reload; END $$; CREATE EVENT TRIGGER told ON ddl_command_end EXECUTE FUNCTION auth.tell(); CREATE EVENT TRIGGER logged ON ddl_command_end EXECUTE FUNCTION auth.log_ddl()",
                "logged",
                "auth.log_ddl() seems to write"),
            warning(
                "source",
                "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE public.far (id int) SERVER s",
                "public.far",
                "rows are elsewhere"),
            note(
                "source",
                "SET ROLE project_owner; CREATE UNLOGGED TABLE public.quick (id int PRIMARY KEY)",
                "public.quick",
                "unlogged"),
            note(
                "source",
                "SET ROLE project_owner; CREATE MATERIALIZED VIEW public.seen AS SELECT 1",
                "public.seen",
                "the run fills the target's"),
            note(
                "source",
                "SET ROLE project_owner; CREATE TABLE public.bare (id int)",
                "public.bare",
                "no primary key"),
            warning(
                "source",
                "CREATE SCHEMA billing; CREATE TABLE billing.invoices (id int); CREATE TABLE billing.dues (id int)",
                "billing",
                "2 tables of this schema stay behind: dues, invoices"),
            note(
                "source",
                "CREATE SCHEMA storage; CREATE TABLE storage.objects (id int); INSERT INTO storage.objects VALUES (1); GRANT USAGE ON SCHEMA storage TO project_owner; GRANT SELECT ON storage.objects TO project_owner",
                "storage.objects",
                "1 files"),
            note(
                "source",
                "CREATE SCHEMA vault; CREATE TABLE vault.secrets (id int)",
                "vault.secrets",
                "Uncounted"),
            note(
                "source",
                "CREATE SCHEMA cron; CREATE TABLE cron.job (id int); INSERT INTO cron.job VALUES (1), (2); GRANT USAGE ON SCHEMA cron TO project_owner; GRANT SELECT ON cron.job TO project_owner",
                "cron.job",
                "2 scheduled jobs")));
  }

  private static PlantedProblem blocker(String side, String sql, String object, String message) {
    return new PlantedProblem(side, sql, Severity.BLOCKER, object, message);
  }

  private static PlantedProblem warning(String side, String sql, String object, String message) {
    return new PlantedProblem(side, sql, Severity.WARNING, object, message);
  }

  private static PlantedProblem note(String side, String sql, String object, String message) {
    return new PlantedProblem(side, sql, Severity.NOTE, object, message);
  }
}
