package dev.overwinter.sandbox.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import at.favre.lib.crypto.bcrypt.BCrypt;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.StepException;
import dev.overwinter.activities.users.UserPreflightReport;
import dev.overwinter.activities.users.UserSteps;
import dev.overwinter.sandbox.stackauth.ApiDialect;
import dev.overwinter.sandbox.stackauth.StandInFaults.Fault;
import dev.overwinter.sandbox.stackauth.StandInProject;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.request.UserClass;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import dev.overwinter.workflows.steps.MappingFileSummary;
import dev.overwinter.workflows.steps.UserSummary;
import dev.overwinter.workflows.steps.UserUndoSummary;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is carried, as what, and what is left when it is undone. */
class UserCarryTest {
  private static final String HASH = BCrypt.withDefaults().hashToString(4, "secret".toCharArray());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static EmbeddedPostgres server;

  private UsersFixture fixture;

  @BeforeAll
  static void startServer() throws IOException {
    server = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @BeforeEach
  void prepare() throws Exception {
    fixture = new UsersFixture(server, ApiDialect.SUMMER_2026);
  }

  @AfterEach
  void cleanUp() {
    fixture.close();
  }

  @Test
  void a_person_signs_in_with_the_old_password_and_finds_everything_in_place() throws Exception {
    UUID id =
        fixture.addUser(
            "email, encrypted_password, email_confirmed_at, raw_user_meta_data, raw_app_meta_data,"
                + " phone, banned_until",
            """
            'Ada@Example.com', '%s', now(),
            '{"full_name": "Ada L.", "avatar_url": "https://img.example/a.png", "n": 1.10}',
            '{"role": "admin"}', '46701', NULL"""
                .formatted(HASH));
    UserSummary summary = create("{}");
    assertThat(summary.created()).isEqualTo(1);
    assertThat(summary.needPassword()).isZero();
    assertThat(summary.byClass()).containsOnly(Map.entry(UserClass.PORTABLE_HASH, 1L));
    assertThat(signIn("ada@example.com", "secret")).isEqualTo(200);
    assertThat(signIn("ada@example.com", "wrong")).isEqualTo(400);

    ObjectNode account = fixture.account(id);
    assertThat(account.get("primary_email_verified").asBoolean()).isTrue();
    assertThat(account.get("display_name").asText()).isEqualTo("Ada L.");
    assertThat(account.get("profile_image_url").asText()).isEqualTo("https://img.example/a.png");
    assertThat(account.get("client_metadata").get("full_name").asText()).isEqualTo("Ada L.");
    assertThat(account.get("client_read_only_metadata").isNull()).isTrue();
    JsonNode server = account.get("server_metadata");
    assertThat(server.get("supabaseUserId").asText()).isEqualTo(id.toString());
    assertThat(server.get("overwinterRun").asText()).isEqualTo(fixture.runId);
    assertThat(server.get("supabaseCreatedAt").asText()).isEqualTo("2024-02-29T12:00:00.000000Z");
    assertThat(server.get("appMetadata").get("role").asText()).isEqualTo("admin");
    assertThat(server.get("phone").asText()).isEqualTo("+46701");
    assertThat(account.get("restricted_by_admin").asBoolean()).isFalse();
  }

  @Test
  void what_cannot_be_carried_is_left_behind_and_nothing_is_promoted() throws Exception {
    UUID argon =
        fixture.addUser("email, encrypted_password", "'b@example.com', '$argon2id$v=19$m=1$a$b'");
    UUID banned =
        fixture.addUser(
            "email, email_confirmed_at, banned_until", "'c@example.com', now(), 'infinity'");
    UUID social = fixture.addUser("email, email_confirmed_at", "'d@example.com', now()");
    identity(social, "google", "g-1");
    identity(social, "google", "g-2");
    identity(social, "azure", "a-1");
    identity(social, "email", social.toString());
    UUID deleted = fixture.addUser("email, deleted_at", "'garbage', now()");
    UUID anonymous = fixture.addUser("is_anonymous", "true");
    UserSummary summary = create("{}");
    assertThat(summary.created()).isEqualTo(4);
    assertThat(summary.skipped()).isEqualTo(1);
    assertThat(summary.needPassword()).isEqualTo(2);
    assertThat(fixture.states()).containsEntry(deleted.toString(), "skipped BY_RULE");

    assertThat(fixture.account(argon).get("has_password").asBoolean()).isFalse();
    assertThat(fixture.account(argon).get("primary_email_verified").asBoolean()).isFalse();
    assertThat(fixture.account(argon).get("display_name").asText()).isEqualTo("b");
    assertThat(fixture.account(banned).get("restricted_by_admin").asBoolean()).isTrue();
    assertThat(fixture.account(anonymous).get("is_anonymous").asBoolean()).isTrue();
    assertThat(fixture.account(social).get("oauth_providers").findValuesAsText("account_id"))
        .containsExactly("g-1");
    assertThat(
            fixture
                .account(social)
                .get("server_metadata")
                .get("providers")
                .findValuesAsText("providerId"))
        .containsExactlyInAnyOrder("g-1", "g-2", "a-1", social.toString());
  }

  @Test
  void of_users_with_one_address_the_owner_signs_in_with_it() throws Exception {
    UUID sso =
        fixture.addUser("email, email_confirmed_at, is_sso_user", "'x@example.com', now(), true");
    UUID upper = fixture.addUser("email", "'X@example.com'");
    UUID owner = fixture.addUser("email, email_confirmed_at", "'x@example.com', now()");
    UserSummary summary =
        create("{\"classes\": {\"sso\": \"carry\", \"duplicateEmail\": \"carry\"}}");
    assertThat(summary.created()).isEqualTo(3);
    assertThat(fixture.account(owner).get("primary_email_auth_enabled").asBoolean()).isTrue();
    for (UUID other : List.of(sso, upper)) {
      assertThat(fixture.account(other).get("primary_email").asText()).isEqualTo("x@example.com");
      assertThat(fixture.account(other).get("primary_email_auth_enabled").asBoolean()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(ApiDialect.class)
  void an_account_that_was_there_before_is_never_taken_over_silently(ApiDialect dialect)
      throws Exception {
    fixture.close();
    fixture = new UsersFixture(server, dialect);
    UUID before =
        existing("{\"primary_email\":\"a@example.com\",\"primary_email_auth_enabled\":true}");
    JsonNode untouched = fixture.stackAuth.users().get(0);
    UUID user = fixture.addUser("email, email_confirmed_at", "'a@example.com', now()");
    UUID other = fixture.addUser("email", "'b@example.com'");

    StepException conflict = failure("{}");
    assertThat(conflict.type()).isEqualTo(FailureType.USER_CONFLICTS);
    assertThat(conflict).hasMessageContaining(user.toString());
    assertThat(conflict.getMessage()).doesNotContain("@example", other.toString());
    assertThat(failure("{\"existingAccounts\": \"adoptVerified\"}").type())
        .isEqualTo(FailureType.USER_CONFLICTS);
    assertThat(create("{\"existingAccounts\": \"skip\"}").skipped()).isEqualTo(1);
    assertThat(fixture.mapping()).containsOnlyKeys(other.toString());
    assertThat(fixture.stackAuth.users()).hasSize(2).contains((ObjectNode) untouched);
    assertThat(undo()).isEqualTo(new UserUndoSummary(1, 0));
    assertThat(fixture.stackAuth.users()).containsExactly((ObjectNode) untouched);
    assertThat(before).isNotNull();
  }

  @Test
  void an_account_is_adopted_where_both_sides_verified_the_address_and_undo_leaves_it()
      throws Exception {
    UUID before =
        existing(
            """
            {"primary_email":"a@example.com","primary_email_auth_enabled":true,
             "primary_email_verified":true}""");
    UUID user = fixture.addUser("email, email_confirmed_at", "'a@example.com', now()");
    UserSummary summary = create("{\"existingAccounts\": \"adoptVerified\"}");
    assertThat(summary.adopted()).isEqualTo(1);
    assertThat(fixture.mapping()).containsEntry(user.toString(), before.toString());
    assertThat(undo()).isEqualTo(new UserUndoSummary(0, 0));
    assertThat(fixture.stackAuth.users()).hasSize(1);
  }

  @Test
  void users_that_fail_for_good_are_set_aside_and_a_retry_goes_on_with_them_only()
      throws Exception {
    existing("{\"oauth_providers\":[{\"id\":\"google\",\"account_id\":\"g-1\"}]}");
    UUID blocked = fixture.addUser("email", "'a@example.com'");
    identity(blocked, "google", "g-1");
    UUID unruled = fixture.addUser("email", "'ä@example.com'");
    fixture.addUser("email", "'c@example.com'");

    StepException left = failure("{}");
    assertThat(left.type()).isEqualTo(FailureType.USERS_QUARANTINED);
    assertThat(left)
        .hasMessageContaining("2 users could not be created")
        .hasMessageContaining(blocked.toString());
    assertThat(fixture.states())
        .containsEntry(blocked.toString(), "quarantined HTTP_500")
        .containsEntry(unruled.toString(), "quarantined NO_RULE_FOR_REFUSED_EMAIL");
    int requests = fixture.stackAuth.requests().get("POST /users");

    fixture.execute(
        fixture.sourceUrl,
        "UPDATE auth.users SET email = 'd@example.com' WHERE id = '" + unruled + "'");
    fixture.execute(fixture.sourceUrl, "DELETE FROM auth.identities");
    assertThat(create("{}").created()).isEqualTo(3);
    assertThat(fixture.stackAuth.requests().get("POST /users")).isEqualTo(requests + 2);
    assertThat(fixture.mapping()).hasSize(3).isEqualTo(fixture.markers());
  }

  @Test
  void undo_removes_what_the_run_made_even_if_it_never_heard_of_it() throws Exception {
    UUID before = existing("{\"display_name\":\"was here before\"}");
    UUID otherRun =
        existing("{\"server_metadata\":{\"supabaseUserId\":\"x\",\"overwinterRun\":\"other\"}}");
    fixture.seed(40, HASH);
    create("{}");
    UUID unheard = fixture.addUser("phone", "'1'");
    fixture.faults.once(Fault.CUT_AFTER_EFFECT, "POST /users");
    assertThatThrownBy(
            () ->
                fixture.steps.createUsers(
                    fixture.input("{}"),
                    UsersFixture.context(
                        progress -> {
                          if (fixture.stackAuth.users().size() == 43) {
                            throw new IllegalStateException("cancelled");
                          }
                        })))
        .hasMessage("cancelled");
    assertThat(fixture.states().get(unheard.toString())).startsWith("intended");

    fixture.faults.probability(Fault.CUT_AFTER_EFFECT, 0.1);
    fixture.faults.probability(Fault.TOO_MANY_REQUESTS, 0.1);
    assertThat(undo()).isEqualTo(new UserUndoSummary(41, 0));
    assertThat(undo()).isEqualTo(new UserUndoSummary(41, 0));
    assertThat(fixture.stackAuth.users())
        .extracting(user -> user.get("id").asText())
        .containsExactly(before.toString(), otherRun.toString());
  }

  @Test
  void undo_keeps_the_account_of_somebody_who_has_signed_in() throws Exception {
    fixture.addUser("email, encrypted_password", "'a@example.com', '" + HASH + "'");
    UUID used = fixture.addUser("email, encrypted_password", "'b@example.com', '" + HASH + "'");
    create("{}");
    Thread.sleep(3);
    signIn("b@example.com", "secret");
    assertThat(undo()).isEqualTo(new UserUndoSummary(1, 1));
    assertThat(fixture.markers()).containsOnlyKeys(used.toString());
    assertThat(fixture.states()).containsEntry(used.toString(), "created SIGNED_IN_SINCE");
  }

  @Test
  void the_mapping_file_is_whole_private_and_names_everybody(@TempDir Path directory)
      throws Exception {
    UUID user = fixture.addUser("email", "'a@example.com'");
    UUID phone = fixture.addUser("phone", "'1'");
    create("{}");
    Files.writeString(directory.resolve("user-mapping.json.killed.part"), "left behind");
    MappingFileSummary summary =
        fixture.steps.writeMapping(fixture.input("{}"), directory, UsersFixture.QUIET);

    Path file = directory.resolve("user-mapping.json");
    assertThat(summary.mappings()).isEqualTo(2);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    byte[] bytes = Files.readAllBytes(file);
    assertThat(summary.sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    JsonNode json = JSON.readTree(bytes);
    Instant generated = Instant.parse(json.get("generatedAt").asText());
    assertThat(Duration.between(generated, Instant.parse(json.get("retainUntil").asText())))
        .isEqualTo(Duration.ofDays(90));
    assertThat(json.get("mappings").findValuesAsText("supabaseUserId"))
        .containsExactlyInAnyOrder(user.toString(), phone.toString());
    for (JsonNode mapping : json.get("mappings")) {
      String supabaseId = mapping.get("supabaseUserId").asText();
      assertThat(mapping.get("stackAuthUserId").asText())
          .isEqualTo(fixture.mapping().get(supabaseId));
      assertThat(mapping.get("email").asText("none"))
          .isEqualTo(supabaseId.equals(user.toString()) ? "a@example.com" : "none");
      assertThat(Instant.parse(mapping.get("migratedAt").asText())).isBeforeOrEqualTo(generated);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void preflight_counts_every_user_and_stops_where_a_decision_is_missing() throws Exception {
    fixture.addUser("email, encrypted_password", "'a@example.com', '" + HASH + "'");
    UUID sso = fixture.addUser("email, is_sso_user", "'s@example.com', true");
    UUID azure = fixture.addUser("email", "'z@example.com'");
    identity(azure, "azure", "1");
    fixture.addUser("email, encrypted_password", "'f@example.com', '$fbscrypt$v=1'");
    fixture.execute(
        fixture.sourceUrl,
        "INSERT INTO auth.users (id, email) VALUES (gen_random_uuid(), 'hand@example.com')");
    UserPreflightReport report = preflight("{}");
    assertThat(report.users())
        .containsOnly(
            Map.entry(UserClass.PORTABLE_HASH, 1L),
            Map.entry(UserClass.SSO, 1L),
            Map.entry(UserClass.NO_PASSWORD, 1L),
            Map.entry(UserClass.FOREIGN_HASH, 1L),
            Map.entry(UserClass.INVISIBLE, 1L));
    assertThat(messages(report, Severity.BLOCKER))
        .hasSize(2)
        .anyMatch(message -> message.contains(sso.toString()))
        .anyMatch(message -> message.contains("invisible"));
    assertThat(messages(report, Severity.WARNING))
        .anyMatch(message -> message.contains("firebase_scrypt"))
        .anyMatch(message -> message.contains("sign-ins with azure"));
    assertThat(report.toString()).doesNotContain("@example", HASH);
    assertThat(fixture.stackAuth.users()).isEmpty();
  }

  @Test
  void preflight_says_when_passwords_cannot_be_carried_or_the_key_is_wrong() throws Exception {
    fixture.close();
    fixture =
        new UsersFixture(
            server, ApiDialect.SUMMER_2026, StandInProject.standard().withPasswordSignIn(false));
    fixture.addUser("email, encrypted_password", "'a@example.com', '" + HASH + "'");
    assertThat(messages(preflight("{}"), Severity.BLOCKER))
        .singleElement()
        .asString()
        .contains("1 passwords cannot be carried");
    assertThat(failure("{}").type()).isEqualTo(FailureType.IDENTITY_REFUSED);

    UserSteps wrongKey =
        UsersFixture.steps(
            fixture.source,
            fixture.target,
            fixture.stackAuth.baseUrl(),
            fixture.stackAuth.project().id(),
            "ssk_wrong");
    assertThatThrownBy(() -> wrongKey.createUsers(fixture.input("{}"), UsersFixture.QUIET))
        .isInstanceOf(StepException.class)
        .hasMessageContaining("INVALID_SECRET_SERVER_KEY")
        .hasMessageNotContaining("ssk_wrong");
    assertThat(
            messages(
                wrongKey.preflight(fixture.input("{}").request().users(), UsersFixture.QUIET),
                Severity.BLOCKER))
        .anyMatch(message -> message.contains("INVALID_SECRET_SERVER_KEY"));
  }

  @Test
  void a_service_that_throttles_is_given_time() throws Exception {
    fixture.seed(60, HASH);
    fixture.faults.rateLimit(20, Duration.ofMillis(300));
    assertThat(create("{\"parallelRequests\": 16}").created()).isEqualTo(60);
    assertThat(fixture.mapping()).hasSize(60).isEqualTo(fixture.markers());
  }

  @Test
  void a_service_that_is_down_sets_nobody_aside() throws Exception {
    fixture.seed(40, HASH);
    fixture.faults.probability(Fault.SERVER_ERROR_BEFORE_EFFECT, 1);
    assertThat(failure("{}").type()).isEqualTo(FailureType.IDENTITY_UNAVAILABLE);
    fixture.faults.clear();
    assertThat(create("{}").created()).isEqualTo(40);
  }

  private UserSummary create(String usersJson) {
    return fixture.steps.createUsers(fixture.input(usersJson), UsersFixture.QUIET);
  }

  private StepException failure(String usersJson) {
    return catchThrowableOfType(StepException.class, () -> create(usersJson));
  }

  private UserUndoSummary undo() {
    return fixture.steps.undoUsers(fixture.input("{}"), UsersFixture.QUIET);
  }

  private UserPreflightReport preflight(String usersJson) {
    return fixture.steps.preflight(fixture.input(usersJson).request().users(), UsersFixture.QUIET);
  }

  private static List<String> messages(UserPreflightReport report, Severity severity) {
    return report.findings().stream()
        .filter(finding -> finding.severity() == severity)
        .map(Finding::message)
        .toList();
  }

  private UUID existing(String json) throws IOException {
    return fixture.stackAuth.putUser((ObjectNode) JSON.readTree(json));
  }

  private void identity(UUID user, String provider, String providerId) throws Exception {
    fixture.execute(
        fixture.sourceUrl,
        """
        INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, created_at)
        VALUES ('%s', '%s', '{"email": "a@example.com"}', '%s', now())
        """
            .formatted(providerId, user, provider));
  }

  private int signIn(String email, String password) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(fixture.stackAuth.baseUrl().resolve("/api/v1/auth/password/sign-in"))
            .header("Content-Type", "application/json")
            .header("X-Stack-Access-Type", "client")
            .header("X-Stack-Project-Id", fixture.stackAuth.project().id())
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(email, password)))
            .build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
