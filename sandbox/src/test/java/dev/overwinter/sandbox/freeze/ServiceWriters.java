package dev.overwinter.sandbox.freeze;

import static dev.overwinter.sandbox.freeze.Writer.Moment.BEGUN;
import static dev.overwinter.sandbox.freeze.Writer.Moment.IN_FLIGHT;
import static dev.overwinter.sandbox.freeze.Writer.Moment.NEW_SESSION;

import dev.overwinter.sandbox.freeze.Writer.Effect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** Writes as the services of a Supabase project and its programs make them. */
final class ServiceWriters {
  private static final String API = "PostgREST";
  private static final String AUTH = "Supabase Auth";
  private static final String DIRECT = "direct connection";

  private static final String ASSUME_CALLER =
      """
      SELECT set_config('search_path', ?, true), set_config('role', ?, true),
             set_config('request.jwt.claims', ?, true), set_config('request.method', ?, true),
             set_config('request.path', ?, true), set_config('request.headers', ?, true),
             set_config('request.cookies', ?, true)
      """;

  private static final String ANSWER =
      """
       SELECT '' AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total,
              array[]::text[] AS header, '' AS body,
              nullif(current_setting('response.headers', true), '') AS response_headers,
              nullif(current_setting('response.status', true), '') AS response_status
         FROM (SELECT * FROM pgrst_source) _postgrest_t
      """;

  private ServiceWriters() {}

  static List<Writer> all() {
    return List.of(
        api(
            "`POST` as `anon`",
            "anon",
            """
            WITH pgrst_source AS (
              INSERT INTO "public"."notes" ("body") SELECT "pgrst_body"."body"
                FROM (SELECT '{"body":"x"}'::json AS json_data) pgrst_payload,
                     LATERAL (SELECT "body" FROM json_to_record(pgrst_payload.json_data)
                              AS _("body" text)) pgrst_body
              RETURNING 1)
            """
                + ANSWER),
        api(
            "upsert as `authenticated`",
            "authenticated",
            """
            WITH pgrst_source AS (
              INSERT INTO "public"."notes" ("body", "number") VALUES (gen_random_uuid()::text, 1)
              ON CONFLICT ("number") DO UPDATE SET "body" = EXCLUDED."body" RETURNING 1)
            """
                + ANSWER),
        api(
            "`PATCH` as `authenticated`",
            "authenticated",
            """
            WITH pgrst_source AS (
              UPDATE "public"."notes" SET "body" = "body" || '!' WHERE "number" = 2 RETURNING 1)
            """
                + ANSWER),
        api(
            "`DELETE` as `service_role`",
            "service_role",
            """
            WITH pgrst_source AS (
              DELETE FROM "public"."notes" WHERE "id" =
                (SELECT id FROM public.notes WHERE number > 20 LIMIT 1) RETURNING 1)
            """
                + ANSWER),
        api("`rpc` as `authenticated`", "authenticated", "SELECT public.add_note('rpc')"),
        api(
            "`rpc` of a `SECURITY DEFINER` function as `anon`",
            "anon",
            "SELECT public.add_note_as_owner('rpc')"),
        Writer.of(API, "a write not committed yet", "authenticator", new Open("authenticated"))
            .at(IN_FLIGHT),
        auth(
            "sign-up, with the application's `handle_new_user`",
            """
            INSERT INTO users (instance_id, id, aud, role, email, raw_app_meta_data,
                               raw_user_meta_data, created_at, updated_at)
            VALUES ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'authenticated',
                    'authenticated', gen_random_uuid() || '@example.com', '{}', '{}', now(), now())
            """),
        auth("confirmation of an e-mail address", ofUser("email_confirmed_at = clock_timestamp()")),
        auth("change of e-mail address", ofUser("email = gen_random_uuid() || '@example.com'")),
        auth(
            "change of phone",
            ofUser("phone = (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text")),
        auth("change of password", ofUser("encrypted_password = gen_random_uuid()::text")),
        auth(
            "change of metadata",
            ofUser("raw_user_meta_data = jsonb_build_object('at', clock_timestamp())")),
        auth("ban", ofUser("banned_until = clock_timestamp() + interval '1 day'")),
        auth("soft removal of a user", ofUser("deleted_at = clock_timestamp()")),
        auth(
            "removal of a user, with the profile by foreign key",
            "DELETE FROM users WHERE id = (SELECT max(id::text)::uuid FROM users)"),
        auth(
            "link of an identity",
            """
            INSERT INTO identities (provider_id, user_id, identity_data, provider)
            SELECT gen_random_uuid()::text, min(id::text)::uuid, '{"sub": "1"}', 'github' FROM users
            """),
        auth(
            "sign-in by a provider with another profile there",
            """
            UPDATE identities SET identity_data = jsonb_build_object('at', clock_timestamp()),
                                  last_sign_in_at = now(), updated_at = now()
             WHERE user_id = (SELECT min(id::text)::uuid FROM users)
            """),
        Writer.of(AUTH, "a sign-up not committed yet", "supabase_auth_admin", new Open(null))
            .at(IN_FLIGHT),
        Writer.of(
            "Supabase Storage",
            "upload of a file",
            "supabase_storage_admin",
            transaction(
                "begin", "INSERT INTO storage.objects (bucket_id, name) VALUES ('pictures', 'x')")),
        Writer.of("`pg_cron`", "a job", "postgres", statement(note())).at(NEW_SESSION),
        direct("edge function over a pooler", "postgres", "DISCARD ALL", note()),
        direct("Prisma, SQL editor", "postgres", "BEGIN; " + note() + "; COMMIT"),
        direct(
            "the same, overriding the default",
            "postgres",
            "SET default_transaction_read_only = off",
            note()),
        direct("superuser", "supabase_admin", note()),
        direct(
            "`session_replication_role = replica`, table of one's own",
            "supabase_admin",
            "SET session_replication_role = replica",
            note()),
        direct(
                "`session_replication_role = replica`, table of Supabase Auth",
                "supabase_admin",
                "SET session_replication_role = replica",
                "INSERT INTO auth.users (id) VALUES (gen_random_uuid())")
            .foundAs("rows of auth.users were written past the guard"),
        Writer.of(
            DIRECT, "replication origin of another system", "supabase_admin", new FromOrigin()),
        new Writer(
            "logical replication",
            "a subscription's worker",
            "supabase_admin",
            BEGUN,
            Effect.ROWS,
            "rows of public.replicated were written past the guard",
            Replicated::new));
  }

  static String note() {
    return "INSERT INTO public.notes (body) VALUES ('x')";
  }

  private static String ofUser(String change) {
    return "UPDATE users AS users SET %s, updated_at = now() WHERE users.id = '%s'"
        .formatted(change, "00000000-0000-4000-8000-000000000001");
  }

  private static Writer api(String name, String role, String statement) {
    return Writer.of(API, name, "authenticator", (session, door) -> call(session, role, statement));
  }

  /** PostgREST never leaves it to the database's default whether it may write. */
  private static void call(Connection session, String role, String statement) throws SQLException {
    begin(session, role);
    Sql.execute(session, statement);
    Sql.execute(session, "COMMIT");
  }

  private static void begin(Connection session, String role) throws SQLException {
    Sql.execute(session, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    Sql.execute(
        session,
        ASSUME_CALLER,
        "\"public\", \"extensions\"",
        role,
        "{\"role\":\"%s\"}".formatted(role),
        "POST",
        "/notes",
        "{}",
        "{}");
  }

  private static Writer auth(String name, String statement) {
    return Writer.of(AUTH, name, "supabase_auth_admin", transaction("begin", statement));
  }

  private static Attempt transaction(String begin, String statement) {
    return (session, door) -> {
      Sql.execute(session, begin);
      Sql.execute(session, statement);
      Sql.execute(session, "COMMIT");
    };
  }

  private static Writer direct(String name, String role, String... statements) {
    return Writer.of(DIRECT, name, role, statement(statements));
  }

  private static Attempt statement(String... statements) {
    return (session, door) -> {
      for (String statement : statements) {
        Sql.execute(session, statement);
      }
    };
  }

  /** As tools for replication write what they got from elsewhere. */
  private record FromOrigin() implements Attempt {
    @Override
    public void write(Connection session, Door door) throws SQLException {
      String origin = "origin " + UUID.randomUUID();
      Sql.query(session, "SELECT pg_replication_origin_create('%s')".formatted(origin));
      Sql.query(session, "SELECT pg_replication_origin_session_setup('%s')".formatted(origin));
      Sql.execute(session, note());
    }
  }

  /** A transaction that has written and is still open. */
  private record Open(String apiRole) implements Attempt {
    @Override
    public void before(Connection session, Door door) throws SQLException {
      if (apiRole == null) {
        Sql.execute(session, "begin");
        Sql.execute(
            session,
            "INSERT INTO users (id, email) VALUES (gen_random_uuid(), gen_random_uuid() || '@b.c')");
      } else {
        begin(session, apiRole);
        Sql.execute(session, note());
      }
    }

    @Override
    public void write(Connection session, Door door) throws SQLException {
      Sql.execute(session, "COMMIT");
    }
  }
}
