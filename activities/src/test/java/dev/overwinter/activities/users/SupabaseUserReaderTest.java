package dev.overwinter.activities.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.overwinter.activities.StepException;
import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.TestServer;
import dev.overwinter.activities.users.SupabaseUser.Identity;
import dev.overwinter.workflows.request.UserClass;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SupabaseUserReaderTest {
  private final Database source = TestServer.createDatabase("source");

  @AfterEach
  void close() {
    source.close();
  }

  @Test
  void a_source_without_auth_is_told_so() {
    assertThatThrownBy(() -> new SupabaseUserReader(source).page(null))
        .isInstanceOf(StepException.class)
        .hasMessageContaining("no table auth.users");
  }

  @Test
  void columns_that_an_older_supabase_lacks_count_as_empty() {
    TestServer.execute(
        source,
        """
        CREATE SCHEMA auth;
        CREATE TABLE auth.users (instance_id uuid, id uuid PRIMARY KEY, email varchar(255),
          encrypted_password varchar(255), email_confirmed_at timestamptz,
          raw_app_meta_data jsonb, raw_user_meta_data jsonb, created_at timestamptz);
        CREATE TABLE auth.identities (id text, user_id uuid, identity_data jsonb, provider text,
          PRIMARY KEY (provider, id));
        INSERT INTO auth.users VALUES ('00000000-0000-0000-0000-000000000000',
          '11111111-1111-1111-1111-111111111111', ' Ada@Example.com', '', now());
        INSERT INTO auth.identities VALUES
          ('g-1', '11111111-1111-1111-1111-111111111111', '{"sub": "g-1"}', 'google');
        """);
    List<SupabaseUser> users = new SupabaseUserReader(source).page(null);
    assertThat(users).hasSize(1);
    assertThat(users.get(0).login().email()).isEqualTo("ada@example.com");
    assertThat(users.get(0).login().passwordHash()).isNull();
    assertThat(users.get(0).identities()).extracting(Identity::providerId).containsExactly("g-1");
    assertThat(UserClassifier.classify(users.get(0))).isEqualTo(UserClass.NO_PASSWORD);
  }

  @Test
  void paging_visits_everybody_once_and_by_ids_only_those() {
    TestServer.execute(
        source,
        """
        CREATE SCHEMA auth;
        CREATE TABLE auth.users (id uuid PRIMARY KEY, email text);
        INSERT INTO auth.users SELECT gen_random_uuid(), n || '@example.com'
          FROM generate_series(1, 350) n;
        """);
    SupabaseUserReader reader = new SupabaseUserReader(source);
    List<UUID> seen = new ArrayList<>();
    UUID after = null;
    List<SupabaseUser> page = reader.page(after);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(SupabaseUserReader.PAGE);
      page.forEach(user -> seen.add(user.id()));
      after = page.get(page.size() - 1).id();
      page = reader.page(after);
    }
    assertThat(seen).hasSize(350).doesNotHaveDuplicates();
    assertThat(reader.count()).isEqualTo(350);
    assertThat(reader.byIds(seen.subList(3, 5))).hasSize(2);
  }

  @Test
  void each_user_has_one_class_and_each_address_one_owner() {
    TestServer.execute(
        source,
        """
        CREATE SCHEMA auth;
        CREATE TABLE auth.users (instance_id uuid DEFAULT '00000000-0000-0000-0000-000000000000',
          id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text, phone text,
          email_confirmed_at timestamptz, is_sso_user boolean, deleted_at timestamptz,
          is_anonymous boolean, created_at timestamptz DEFAULT now());
        INSERT INTO auth.users (email, email_confirmed_at) VALUES ('A@example.com', NULL);
        INSERT INTO auth.users (email, email_confirmed_at) VALUES ('a@example.com', now());
        INSERT INTO auth.users (email, email_confirmed_at, is_sso_user) VALUES ('a@example.com', now(), true);
        INSERT INTO auth.users (email, deleted_at) VALUES ('a@example.com', now());
        INSERT INTO auth.users (email, instance_id) VALUES ('a@example.com', NULL);
        INSERT INTO auth.users (phone) VALUES ('1');
        INSERT INTO auth.users (is_anonymous) VALUES (true);
        INSERT INTO auth.users (email) VALUES ('ö@example.com');
        INSERT INTO auth.users (email) VALUES ('');
        """);
    List<SupabaseUser> users = new SupabaseUserReader(source).page(null);
    assertThat(users)
        .extracting(UserClassifier::classify)
        .containsExactlyInAnyOrder(
            UserClass.DUPLICATE_EMAIL,
            UserClass.NO_PASSWORD,
            UserClass.SSO,
            UserClass.SOFT_DELETED,
            UserClass.INVISIBLE,
            UserClass.PHONE_ONLY,
            UserClass.ANONYMOUS,
            UserClass.REFUSED_EMAIL,
            UserClass.NO_PASSWORD);
    assertThat(users)
        .filteredOn(user -> "a@example.com".equals(user.login().email()))
        .filteredOn(user -> user.flags().ownsEmail() && !user.flags().deleted())
        .singleElement()
        .satisfies(owner -> assertThat(owner.login().emailConfirmed()).isTrue())
        .satisfies(owner -> assertThat(owner.flags().sso()).isFalse());
  }
}
