package dev.overwinter.sandbox.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.overwinter.sandbox.database.SandboxOptions;
import dev.overwinter.sandbox.database.SupabaseSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SandboxSeedTest {
  private static final SandboxSeed SEED = SandboxSeed.small();

  private static SupabaseSource source;

  @BeforeAll
  static void plant_the_seed() throws SQLException {
    source = SupabaseSource.start(SandboxOptions.throwaway());
    assertThat(source.plant(SEED)).isTrue();
  }

  @AfterAll
  static void stop_the_source() {
    source.close();
  }

  @Test
  void the_same_seed_makes_the_same_rows_and_another_one_does_not() throws SQLException {
    try (SupabaseSource second = SupabaseSource.start(SandboxOptions.throwaway())) {
      second.plant(SEED);

      assertThat(digests(second)).isEqualTo(digests(source)).hasSize(26);
    }
    assertThat(new SandboxSeed(SEED.users(), 0, SEED.seed() + 1).sandboxUsers().all())
        .doesNotContainAnyElementsOf(SEED.sandboxUsers().all());
  }

  @Test
  void planting_again_changes_nothing() throws SQLException {
    Map<String, String> before = digests(source);

    assertThat(source.plant(SEED)).isFalse();

    assertThat(digests(source)).isEqualTo(before);
  }

  @Test
  void every_kind_of_user_is_in_schema_auth_as_the_users_of_the_seed_say() throws SQLException {
    SandboxUsers users = SEED.sandboxUsers();

    assertThat(users.countByKind()).containsOnlyKeys(UserKind.values());
    assertThat(texts("SELECT id FROM auth.users ORDER BY id::text"))
        .isEqualTo(users.all().stream().map(SandboxUser::id).map(UUID::toString).sorted().toList());
    assertThat(count("is_sso_user")).isEqualTo(users.ofKind(UserKind.SSO).size());
    assertThat(count("is_anonymous AND email IS NULL AND phone IS NULL"))
        .isEqualTo(users.ofKind(UserKind.ANONYMOUS).size());
    assertThat(count("deleted_at IS NOT NULL"))
        .isEqualTo(users.ofKind(UserKind.SOFT_DELETED).size());
    assertThat(count("instance_id IS NULL")).isEqualTo(users.ofKind(UserKind.MADE_BY_HAND).size());
    assertThat(count("banned_until > now()")).isEqualTo(users.ofKind(UserKind.BANNED).size());
    assertThat(count("banned_until < now()")).isEqualTo(users.ofKind(UserKind.BAN_EXPIRED).size());
    assertThat(count("encrypted_password LIKE '$argon2id$%'")).isEqualTo(2);
    assertThat(count("encrypted_password LIKE '$fbscrypt$%'")).isEqualTo(2);
    assertThat(count("encrypted_password LIKE '{\"key_id\"%'")).isEqualTo(2);
    assertThat(count("encrypted_password = ''")).isPositive();
    assertThat(count("encrypted_password IS NULL")).isPositive();
    assertThat(count("email <> lower(email) AND deleted_at IS NULL")).isEqualTo(2);
    assertThat(count("email ~ '[^ -~]'")).isEqualTo(2);
    assertThat(count("phone IS NOT NULL AND email IS NULL AND phone ~ '^[0-9]+$'")).isEqualTo(6);
    assertThat(
            texts(
                "SELECT email FROM auth.users WHERE email IS NOT NULL GROUP BY email"
                    + " HAVING count(*) > 1"))
        .hasSize(2);
    assertThat(texts("SELECT DISTINCT split_part(provider, ':', 1) FROM auth.identities"))
        .containsExactlyInAnyOrder("email", "phone", "google", "github", "azure", "sso");
    assertThat(texts("SELECT user_id FROM auth.mfa_factors")).hasSize(2);
  }

  @Test
  void known_passwords_open_their_stored_hashes() {
    List<SandboxUser> withPassword =
        SEED.sandboxUsers().all().stream().filter(user -> user.password() != null).toList();

    assertThat(withPassword)
        .isNotEmpty()
        .allSatisfy(
            user -> {
              assertThat(user.encryptedPassword()).matches("\\$2[aby]\\$.{56}");
              assertThat(
                      BCrypt.verifyer()
                          .verify(
                              user.password().toCharArray(), user.encryptedPassword().toCharArray())
                          .verified)
                  .isTrue();
            });
    assertThat(SEED.sandboxUsers().ofKind(UserKind.BCRYPT_TOO_COSTLY))
        .allSatisfy(user -> assertThat(user.encryptedPassword()).matches("\\$2a\\$17\\$.{53}"));
    assertThat(withPassword)
        .extracting(user -> user.encryptedPassword().substring(0, 7))
        .contains("$2a$04$", "$2b$04$", "$2y$04$", "$2a$10$");
  }

  @Test
  void every_foreign_key_finds_its_row() throws SQLException {
    String oneQueryPerKey =
        """
        SELECT format(
          'SELECT %L FROM %s AS child WHERE (%s) AND NOT EXISTS (SELECT FROM %s AS parent WHERE %s)',
          conname, conrelid::regclass,
          (SELECT string_agg(format('child.%I IS NOT NULL', c.attname), ' AND ')
           FROM unnest(conkey) AS k JOIN pg_attribute AS c ON c.attrelid = conrelid AND c.attnum = k),
          confrelid::regclass,
          (SELECT string_agg(format('child.%I = parent.%I', c.attname, p.attname), ' AND ')
           FROM unnest(conkey, confkey) AS k(child, parent)
           JOIN pg_attribute AS c ON c.attrelid = conrelid AND c.attnum = k.child
           JOIN pg_attribute AS p ON p.attrelid = confrelid AND p.attnum = k.parent))
        FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
        """;
    List<String> queries = texts(oneQueryPerKey);

    assertThat(queries).hasSizeGreaterThan(40);
    for (String query : queries) {
      assertThat(texts(query)).as(query).isEmpty();
    }
  }

  @Test
  void every_table_has_rows_and_every_nullable_column_both_values_and_nulls() throws SQLException {
    String nullableColumns =
        """
        SELECT format('SELECT CASE WHEN count(*) = 0 THEN %L WHEN count(*) = count(%I) THEN %L'
                      ' WHEN count(%I) = 0 THEN %L END FROM public.%I',
                      c.relname || ' is empty', attname, c.relname || '.' || attname || ' is never null',
                      attname, c.relname || '.' || attname || ' is always null', c.relname)
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND NOT relispartition AND attnum > 0 AND NOT attisdropped AND NOT attnotnull
          AND attgenerated = ''
        """;
    List<String> complaints = new ArrayList<>();
    for (String query : texts(nullableColumns)) {
      complaints.addAll(texts(query));
    }

    assertThat(complaints.stream().filter(Objects::nonNull)).isEmpty();
  }

  @Test
  void user_id_columns_are_found_under_many_names_and_hold_users_known_and_gone()
      throws SQLException {
    assertThat(SandboxApplication.USER_ID_COLUMNS).hasSizeGreaterThan(20);
    for (UserIdColumn each : SandboxApplication.USER_ID_COLUMNS) {
      String known =
          """
          SELECT u.id FROM auth.users AS u
          JOIN public.%s AS t ON strpos(lower(t.%s::text), u.id::text) > 0 LIMIT 1
          """
              .formatted(each.table(), each.column());
      assertThat(texts(known)).as("users in %s.%s", each.table(), each.column()).hasSize(1);
    }
    assertThat(
            texts(
                "SELECT created_by FROM public.units WHERE created_by IS NOT NULL"
                    + " AND NOT EXISTS (SELECT FROM auth.users WHERE id = created_by)"))
        .isNotEmpty();
    assertThat(texts("SELECT actor_id FROM public.event_logs WHERE actor_id ~ '^[0-9A-F-]{36}$'"))
        .isNotEmpty();
  }

  @Test
  void sequences_stand_past_the_rows_they_numbered() throws SQLException {
    try (Connection connection = source.connect(SupabaseSource.SUPERUSER);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("INSERT INTO public.event_logs (action) VALUES ('probe')");
      statement.execute(
          "INSERT INTO public.escalation_contacts (organization_id, name)"
              + " SELECT id, 'probe' FROM public.organizations LIMIT 1");
      statement.execute(
          "INSERT INTO public.door_events (unit_id, opened_at)"
              + " SELECT id, now() FROM public.units LIMIT 1");
      statement.execute(
          "INSERT INTO public.sensor_readings (unit_id, recorded_at)"
              + " SELECT id, '2026-01-01 00:00+00' FROM public.units LIMIT 1");
      connection.rollback();
    }
  }

  @Test
  void readings_are_spread_over_every_partition() throws SQLException {
    assertThat(texts("SELECT DISTINCT tableoid::regclass FROM public.sensor_readings")).hasSize(6);
  }

  @Test
  void values_that_are_hard_to_carry_are_there() throws SQLException {
    for (String condition :
        List.of(
            "sites WHERE latitude::text = '-0'",
            "sites WHERE latitude::text = 'Infinity'",
            "sites WHERE longitude::text = '5e-324'",
            "sites WHERE opened_on = 'infinity'",
            "sites WHERE opened_on::text LIKE '%BC'",
            "areas WHERE sort_order::text = '-0'",
            "sensor_readings WHERE celsius::text = 'NaN'",
            "sensor_readings WHERE signal_strength::text = '-0'",
            "sensor_readings WHERE humidity::text = '45.500'",
            "sensor_readings WHERE extract(microseconds FROM recorded_at)::bigint % 1000 <> 0",
            "subscriptions WHERE discount::text = 'Infinity'",
            "subscriptions WHERE metadata::text LIKE '%\"b\": 1,  %'",
            "ttn_connections WHERE api_key_sealed = ''",
            "ttn_connections WHERE last_seen_at = '-infinity'",
            "organizations WHERE settings::text LIKE '%12345678901234567890.1234567890%'",
            "profiles WHERE array_ndims(tags) = 2",
            "profiles WHERE array_lower(tags, 1) = 0",
            "manual_temperature_logs WHERE note = ''",
            "manual_temperature_logs WHERE note = E'\\\\N'",
            "manual_temperature_logs WHERE note ~ E'\\t'",
            "manual_temperature_logs WHERE note ~ E'\\r\\n'",
            "manual_temperature_logs WHERE note ~ '🧊'",
            "alert_rules WHERE array_position(watcher_ids, NULL) IS NOT NULL",
            "devices WHERE metadata = 'null'")) {
      assertThat(texts("SELECT 1 FROM public." + condition + " LIMIT 1")).as(condition).hasSize(1);
    }
  }

  @Test
  void too_few_users_for_every_kind_are_refused() {
    assertThatThrownBy(() -> new SandboxSeed(10, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 10");
  }

  private static long count(String condition) throws SQLException {
    return Long.parseLong(texts("SELECT count(*) FROM auth.users WHERE " + condition).get(0));
  }

  private static List<String> texts(String query) throws SQLException {
    try (Connection connection = source.connect(SupabaseSource.OWNER);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }

  private static Map<String, String> digests(SupabaseSource database) throws SQLException {
    List<String> tables =
        new ArrayList<>(List.of("auth.users", "auth.identities", "auth.mfa_factors"));
    SandboxApplication.TABLES.forEach(table -> tables.add("public." + table));
    Map<String, String> digests = new LinkedHashMap<>();
    try (Connection connection = database.connect(SupabaseSource.OWNER);
        Statement statement = connection.createStatement()) {
      for (String table : tables) {
        try (ResultSet rows =
            statement.executeQuery(
                "SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM "
                    + table
                    + " AS t")) {
          rows.next();
          digests.put(table, rows.getString(1));
        }
      }
    }
    return digests;
  }
}
