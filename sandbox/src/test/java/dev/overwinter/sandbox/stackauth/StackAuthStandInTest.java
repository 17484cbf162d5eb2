package dev.overwinter.sandbox.stackauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.overwinter.sandbox.stackauth.Http.Answer;
import dev.overwinter.sandbox.stackauth.StandInFaults.Fault;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StackAuthStandInTest {
  /** "correct horse" with cost 10, as PostgreSQL's pgcrypto writes it. */
  private static final String HASH = PasswordHashes.hash("correct horse");

  private final StandInFaults faults = new StandInFaults(7);
  private StackAuthStandIn standIn =
      StackAuthStandIn.start(StandInProject.standard(), ApiDialect.SUMMER_2026, faults, 0);
  private Http http = new Http(standIn);

  @AfterEach
  void stop() {
    standIn.close();
  }

  @Test
  void health_needs_no_key_and_the_project_shows_what_is_configured() throws IOException {
    assertThat(http.get("/health").json().get("status").asText()).isEqualTo("ok");
    JsonNode config = http.get("/projects/current").json().get("config");
    assertThat(config.get("credential_enabled").asBoolean()).isTrue();
    assertThat(config.get("enabled_oauth_providers").findValuesAsText("id"))
        .containsExactly("github", "google");
    assertThat(config.get("domains").findValuesAsText("domain"))
        .containsExactly("https://app.example.com");
  }

  @Test
  void wrong_credentials_are_refused_with_the_documented_codes() throws IOException {
    refuses(
        new Http(standIn).header("X-Stack-Secret-Server-Key", "x"),
        401,
        "INVALID_SECRET_SERVER_KEY");
    refuses(
        new Http(standIn).header("X-Stack-Secret-Server-Key", null),
        401,
        "SERVER_AUTHENTICATION_REQUIRED");
    refuses(new Http(standIn).header("X-Stack-Project-Id", "x"), 400, "CURRENT_PROJECT_NOT_FOUND");
    refuses(
        new Http(standIn).header("X-Stack-Access-Type", null),
        400,
        "PROJECT_KEY_WITHOUT_ACCESS_TYPE");
    refuses(
        new Http(standIn)
            .header("X-Stack-Access-Type", null)
            .header("X-Stack-Project-Id", null)
            .header("X-Stack-Secret-Server-Key", null),
        400,
        "ACCESS_TYPE_REQUIRED");
    refuses(
        new Http(standIn).header("X-Stack-Access-Type", "client"), 401, "INSUFFICIENT_ACCESS_TYPE");
  }

  @Test
  void a_created_user_has_an_id_of_the_server_and_can_be_changed_and_deleted_for_good()
      throws IOException {
    Answer created =
        http.post(
            "/users",
            """
            {"primary_email":"Ada@Example.com","primary_email_auth_enabled":true,
             "server_metadata":{"a":1},"client_metadata":{"b":2}}""");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("x-stack-request-id")).isNotBlank();
    assertThat(created.json().get("primary_email").asText()).isEqualTo("ada@example.com");
    assertThat(created.json().get("has_password").asBoolean()).isFalse();

    String path = "/users/" + created.id();
    Answer patched = http.send("PATCH", path, "{\"server_metadata\":{\"c\":3}}");
    assertThat(patched.status()).isEqualTo(200);
    assertThat(patched.json().get("server_metadata").toString()).isEqualTo("{\"c\":3}");
    assertThat(patched.json().get("client_metadata").toString()).isEqualTo("{\"b\":2}");

    Answer demoted = http.send("PATCH", path, "{\"primary_email\":null}");
    assertThat(demoted.json().get("primary_email_auth_enabled").asBoolean()).isFalse();

    assertThat(http.send("DELETE", path, null).json().get("success").asBoolean()).isTrue();
    assertThat(http.send("DELETE", path, null).code()).isEqualTo("USER_NOT_FOUND");
    assertThat(http.get(path).status()).isEqualTo(404);
    Answer again =
        http.post(
            "/users",
            "{\"primary_email\":\"ada@example.com\",\"primary_email_auth_enabled\":true}");
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.id()).isNotEqualTo(created.id());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"7b0e9b1e-9a52-4f3b-8a66-1a2e8b9c1d11\"}",
        "{\"signed_up_at_millis\":1}",
        "{\"primary_email\":\"ädä@example.com\"}",
        "{\"primary_email\":\" a@example.com\"}",
        "{\"primary_email\":\"\\\"q\\\"@example.com\"}",
        "{\"password_hash\":\"\"}",
        "{\"password_hash\":null}",
        "{\"oauth_providers\":[{\"id\":\"google\"}]}",
        "{\"profile_image_url\":\"no url\"}"
      })
  void what_the_schema_does_not_allow_is_a_json_error(String body) throws IOException {
    Answer answer = http.post("/users", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("SCHEMA_ERROR");
    assertThat(answer.json().get("code").asText()).isEqualTo("SCHEMA_ERROR");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"password_hash\":\"plain\"}",
        "{\"password_hash\":\"$argon2id$v=19$m=16,t=2,p=1$c2FsdA$aGFzaA\"}",
        "{\"password_hash\":\"$2a$17$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234\"}",
        "{\"password_hash\":\"$2x$10$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234\"}",
        "{\"password\":\"a\",\"password_hash\":\"b\"}",
        "{\"primary_email_verified\":true}",
        "{\"oauth_providers\":[{\"id\":\"azure\",\"account_id\":\"1\"}]}",
        "{\"restricted_by_admin_reason\":\"why\"}"
      })
  void what_the_handler_refuses_is_a_plain_text_error(String body) throws IOException {
    Answer answer = http.post("/users", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isNull();
    assertThat(answer.header("content-type")).startsWith("text/plain");
    assertThat(standIn.users()).isEmpty();
  }

  @Test
  void a_nul_character_is_an_internal_error_and_a_form_is_no_body() throws IOException {
    assertThat(http.post("/users", "{\"display_name\":\"a\\u0000b\"}").status()).isEqualTo(500);
    assertThat(http.header("Content-Type", "text/plain").post("/users", "{}").code())
        .isEqualTo("SCHEMA_ERROR");
  }

  @ParameterizedTest
  @EnumSource(ApiDialect.class)
  void a_taken_email_is_told_in_the_words_of_the_dialect(ApiDialect dialect) throws IOException {
    restart(dialect);
    String body = "{\"primary_email\":\"%s\",\"primary_email_auth_enabled\":%s}";
    assertThat(http.post("/users", body.formatted("a@example.com", true)).status()).isEqualTo(201);
    Answer taken = http.post("/users", body.formatted("A@example.com", true));
    assertThat(taken.status()).isEqualTo(409);
    assertThat(taken.code())
        .isEqualTo(
            dialect == ApiDialect.SPRING_2026
                ? "USER_EMAIL_ALREADY_EXISTS"
                : "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE");
    assertThat(http.post("/users", body.formatted("a@example.com", false)).status()).isEqualTo(201);
  }

  @Test
  void of_simultaneous_requests_for_one_email_exactly_one_wins() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<Integer>> statuses =
        threads.invokeAll(
            Collections.<Callable<Integer>>nCopies(
                24,
                () ->
                    http.post(
                            "/users",
                            "{\"primary_email\":\"a@example.com\",\"primary_email_auth_enabled\":true}")
                        .status()));
    threads.shutdown();
    List<Integer> seen = new ArrayList<>();
    for (Future<Integer> status : statuses) {
      seen.add(status.get());
    }
    assertThat(seen).containsOnlyOnce(201).contains(409);
    assertThat(standIn.users()).hasSize(1);
  }

  @Test
  void an_imported_bcrypt_password_signs_in_and_a_reset_replaces_it() throws IOException {
    http.post(
        "/users",
        "{\"primary_email\":\"a@example.com\",\"primary_email_auth_enabled\":true,\"password_hash\":\"%s\"}"
            .formatted(HASH));
    assertThat(signIn("correct horse").status()).isEqualTo(200);
    assertThat(signIn("wrong").code()).isEqualTo("EMAIL_PASSWORD_MISMATCH");
    assertThat(resetMail("a@example.com", "https://evil.example").code())
        .isEqualTo("REDIRECT_URL_NOT_WHITELISTED");
    assertThat(resetMail("a@example.com", "https://app.example.com/reset").status()).isEqualTo(200);

    JsonNode mails = http.get("/emails/outbox?limit=10").json().get("items");
    assertThat(mails).hasSize(1);
    String link = mails.get(0).get("variables").get("passwordResetLink").asText();
    String code = link.substring(link.indexOf("code=") + 5);
    assertThat(code).hasSize(45);
    assertThat(
            http.post("/auth/password/reset/check-code", "{\"code\":\"%s\"}".formatted(code))
                .json()
                .get("is_code_valid")
                .asBoolean())
        .isTrue();
    String reset = "{\"code\":\"%s\",\"password\":\"battery staple\"}".formatted(code);
    assertThat(http.post("/auth/password/reset", reset).status()).isEqualTo(200);
    assertThat(http.post("/auth/password/reset", reset).code())
        .isEqualTo("VERIFICATION_CODE_ALREADY_USED");
    assertThat(signIn("battery staple").status()).isEqualTo(200);
    assertThat(signIn("correct horse").status()).isEqualTo(400);
  }

  @Test
  void a_reset_mail_to_nobody_is_accepted_and_not_sent() throws IOException {
    faults.unknownEmailPause(Duration.ZERO);
    assertThat(resetMail("nobody@example.com", "https://evil.example").status()).isEqualTo(200);
    assertThat(http.get("/emails/outbox").json().get("items")).isEmpty();
  }

  @Test
  void oauth_accounts_are_linked_once_and_a_conflict_at_creation_is_an_internal_error()
      throws IOException {
    String body = "{\"oauth_providers\":[{\"id\":\"google\",\"account_id\":\"1\",\"email\":null}]}";
    String first = http.post("/users", body).id();
    assertThat(http.post("/users", body).status()).isEqualTo(500);
    assertThat(standIn.users()).hasSize(1);
    String second = http.post("/users", "{}").id();
    assertThat(link(second, "google", "1").code())
        .isEqualTo("OAUTH_PROVIDER_ACCOUNT_ID_ALREADY_USED_FOR_SIGN_IN");
    assertThat(link(second, "google", "2").status()).isEqualTo(201);
    assertThat(link(second, "google", "3").text()).startsWith("The same provider type");
    assertThat(
            http.get("/oauth-providers?user_id=" + first)
                .json()
                .get("items")
                .findValuesAsText("account_id"))
        .containsExactly("1");
  }

  @ParameterizedTest
  @EnumSource(ApiDialect.class)
  void paging_visits_every_user_once_and_a_stale_cursor_ends_it_silently(ApiDialect dialect)
      throws IOException {
    restart(dialect);
    Set<String> created = new HashSet<>();
    for (int i = 0; i < 7; i++) {
      created.add(http.post("/users", "{}").id());
    }
    List<String> seen = new ArrayList<>();
    String cursor = null;
    do {
      JsonNode page =
          http.get("/users?limit=3" + (cursor == null ? "" : "&cursor=" + cursor)).json();
      seen.addAll(page.get("items").findValuesAsText("id"));
      JsonNode next = page.get("pagination").get("next_cursor");
      cursor = next.isNull() ? null : next.asText();
    } while (cursor != null);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(created);
    JsonNode stale = http.get("/users?limit=3&cursor=" + UUID.randomUUID()).json();
    assertThat(stale.get("items")).isEmpty();
    assertThat(stale.get("pagination").get("next_cursor").isNull()).isTrue();
    assertThat(http.get("/users?limit=1001").status())
        .isEqualTo(dialect == ApiDialect.SPRING_2026 ? 200 : 400);
  }

  @Test
  void restricted_and_anonymous_users_are_hidden_unless_asked_for() throws IOException {
    String restricted = http.post("/users", "{\"restricted_by_admin\":true}").id();
    String anonymous = http.post("/users", "{\"is_anonymous\":true}").id();
    assertThat(ids("/users")).isEmpty();
    assertThat(ids("/users?include_restricted=true")).containsExactly(restricted);
    assertThat(ids("/users?include_anonymous=true")).containsExactly(anonymous);
    assertThat(ids("/users?only_anonymous=true")).containsExactly(anonymous);
  }

  @Test
  void the_search_finds_substrings_and_takes_an_underscore_for_any_character() throws IOException {
    String exact = http.post("/users", "{\"primary_email\":\"a_b@example.com\"}").id();
    String alike = http.post("/users", "{\"primary_email\":\"axb@example.com\"}").id();
    http.post("/users", "{\"server_metadata\":{\"supabaseUserId\":\"a_b@example.com\"}}");
    assertThat(ids("/users?query=A_B%40example.com")).containsExactly(exact, alike);
    assertThat(ids("/users?query=" + exact)).containsExactly(exact);
  }

  @Test
  void the_same_request_twice_makes_two_users() throws IOException {
    http.header("Idempotency-Key", "same");
    http.post("/users", "{\"display_name\":\"x\"}");
    http.post("/users", "{\"display_name\":\"x\"}");
    assertThat(standIn.users()).hasSize(2);
    assertThat(standIn.requests()).containsEntry("POST /users", 2);
  }

  @Test
  void faults_strike_before_or_after_the_effect() throws IOException {
    faults.once(Fault.CUT_BEFORE_EFFECT, "POST /users");
    assertThatThrownBy(() -> http.post("/users", "{}")).isInstanceOf(IOException.class);
    assertThat(standIn.users()).isEmpty();
    faults.once(Fault.CUT_AFTER_EFFECT, "POST /users");
    assertThatThrownBy(() -> http.post("/users", "{}")).isInstanceOf(IOException.class);
    assertThat(standIn.users()).hasSize(1);

    faults.once(Fault.SERVER_ERROR_BEFORE_EFFECT, "POST /users");
    assertThat(http.post("/users", "{}").status()).isEqualTo(500);
    assertThat(standIn.users()).hasSize(1);
    faults.once(Fault.SERVER_ERROR_AFTER_EFFECT, "POST /users");
    assertThat(http.post("/users", "{}").status()).isEqualTo(500);
    assertThat(standIn.users()).hasSize(2);

    faults.once(Fault.TOO_MANY_REQUESTS_WITH_RETRY_AFTER, "POST /users");
    assertThat(http.post("/users", "{}").header("Retry-After")).isEqualTo("1");
    faults.once(Fault.TOO_MANY_REQUESTS, "POST /users");
    Answer bare = http.post("/users", "{}");
    assertThat(bare.status()).isEqualTo(429);
    assertThat(bare.header("Retry-After")).isNull();
    assertThat(bare.code()).isNull();
    assertThat(standIn.users()).hasSize(2);
  }

  @Test
  void the_development_limit_answers_429_with_and_without_a_delay() throws IOException {
    faults.rateLimit(3, Duration.ofSeconds(10));
    List<Integer> statuses = new ArrayList<>();
    Set<String> delays = new HashSet<>();
    for (int i = 0; i < 7; i++) {
      Answer answer = http.get("/users");
      statuses.add(answer.status());
      if (answer.status() == 429) {
        delays.add(String.valueOf(answer.header("Retry-After")));
      }
    }
    assertThat(statuses).containsExactly(200, 200, 200, 429, 429, 429, 429);
    assertThat(delays).containsExactlyInAnyOrder("1", "null");
  }

  @Test
  void a_sign_in_behind_the_back_shows_as_activity() throws IOException, InterruptedException {
    UUID user =
        standIn.putUser(
            JsonNodeFactory.instance.objectNode().put("display_name", "was here before"));
    Thread.sleep(5);
    standIn.markSignedIn(user);
    JsonNode json = http.get("/users/" + user).json();
    assertThat(json.get("last_active_at_millis").asLong())
        .isGreaterThan(json.get("signed_up_at_millis").asLong());
  }

  private void restart(ApiDialect dialect) {
    standIn.close();
    standIn = StackAuthStandIn.start(StandInProject.standard(), dialect, faults, 0);
    http = new Http(standIn);
  }

  private static void refuses(Http caller, int status, String code) throws IOException {
    Answer answer = caller.get("/users");
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  private List<String> ids(String path) throws IOException {
    return http.get(path).json().get("items").findValuesAsText("id");
  }

  private Answer signIn(String password) throws IOException {
    return http.post(
        "/auth/password/sign-in",
        "{\"email\":\"a@example.com\",\"password\":\"%s\"}".formatted(password));
  }

  private Answer resetMail(String email, String callback) throws IOException {
    return http.post(
        "/auth/password/send-reset-code",
        "{\"email\":\"%s\",\"callback_url\":\"%s\"}".formatted(email, callback));
  }

  private Answer link(String user, String provider, String account) throws IOException {
    return http.post(
        "/oauth-providers",
        """
        {"user_id":"%s","provider_config_id":"%s","account_id":"%s",
         "allow_sign_in":true,"allow_connected_accounts":true}"""
            .formatted(user, provider, account));
  }
}
