package dev.overwinter.sandbox.real;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SupabaseSource;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A project as Supabase hosts it, with the real Supabase Auth on tables that it has made itself and
 * the sandbox's application on top of them.
 */
final class HostedProject implements AutoCloseable {
  private static final String FURNISH =
      """
      create schema extensions authorization supabase_admin;
      grant usage on schema extensions to postgres, anon, authenticated, service_role;
      create extension pgcrypto schema extensions;
      create extension "uuid-ossp" schema extensions;
      grant create, usage on schema public to postgres;
      grant usage on schema public to anon, authenticated, service_role;
      create schema auth authorization supabase_auth_admin;
      grant usage on schema auth to postgres, anon, authenticated, service_role;
      grant create on database hosted to supabase_auth_admin;
      alter default privileges for role supabase_auth_admin in schema auth
        grant all on tables to postgres;
      """;

  /** All that a migration carries of people. */
  private static final String PEOPLE =
      """
      SELECT (to_jsonb(u) - ARRAY['last_sign_in_at', 'updated_at', 'confirmation_token',
                'confirmation_sent_at', 'recovery_token', 'recovery_sent_at',
                'reauthentication_token', 'reauthentication_sent_at', 'phone_confirmed_at',
                'confirmed_at'])::text
               || (phone_confirmed_at IS NOT NULL)
        FROM auth.users u
      UNION ALL
      SELECT (to_jsonb(i) - ARRAY['last_sign_in_at', 'updated_at'])::text FROM auth.identities i
      UNION ALL
      SELECT to_jsonb(p)::text FROM public.profiles p
       ORDER BY 1
      """;

  private final SupabaseSource server;
  private final IdentityProvider provider;
  private final GoTrue auth;
  private final Database owner;

  HostedProject(Path directory) throws Exception {
    server = SupabaseSource.start(SandboxOptions.throwaway());
    try (Connection superuser = server.connect(SupabaseSource.SUPERUSER)) {
      execute(superuser, "CREATE DATABASE hosted OWNER postgres");
      execute(superuser, "ALTER DATABASE hosted SET search_path = \"$user\", public, extensions");
    }
    try (Connection superuser = connect(SupabaseSource.SUPERUSER)) {
      execute(superuser, FURNISH);
    }
    GoTrue.migrate(authUrl(), directory);
    try (Connection developer = connect(SupabaseSource.OWNER)) {
      SandboxApplication.installOnSupabase(developer);
    }
    provider = new IdentityProvider();
    auth = GoTrue.serve(authUrl(), provider.address(), directory);
    owner =
        new Database(
            new DatabaseSettings("source", jdbcUrl(), server.user(), server.password(), 3));
  }

  GoTrue auth() {
    return auth;
  }

  IdentityProvider provider() {
    return provider;
  }

  /** As a migration reaches it: as hosted postgres, who owns nothing of schema auth. */
  Database source() {
    return owner;
  }

  List<String> people() throws SQLException {
    try (Connection superuser = connect(SupabaseSource.SUPERUSER);
        Statement statement = superuser.createStatement();
        ResultSet rows = statement.executeQuery(PEOPLE)) {
      List<String> people = new ArrayList<>();
      while (rows.next()) {
        people.add(rows.getString(1));
      }
      return people;
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private Connection connect(String role) throws SQLException {
    return DriverManager.getConnection(jdbcUrl(), role, server.passwordOf(role));
  }

  private String jdbcUrl() {
    return server.jdbcUrl().replace("/postgres?", "/hosted?");
  }

  private String authUrl() {
    URI address = URI.create(jdbcUrl().substring("jdbc:".length()));
    String role = "supabase_auth_admin";
    return "postgres://%s:%s@%s:%d/hosted"
        .formatted(role, server.passwordOf(role), address.getHost(), address.getPort());
  }

  @Override
  public void close() {
    auth.close();
    provider.close();
    owner.close();
    server.close();
  }
}
