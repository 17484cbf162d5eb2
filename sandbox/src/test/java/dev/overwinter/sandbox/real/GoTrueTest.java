package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.freeze.FreezeStep;
import dev.overwinter.sandbox.demo.SandboxRequest;
import dev.overwinter.sandbox.real.GoTrue.Answer;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.steps.Progress;
import dev.overwinter.workflows.steps.StepInput;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the real Supabase Auth makes of a frozen source, seen over HTTP. */
@OnGoTrue
@Timeout(300)
final class GoTrueTest {
  private static final String PASSWORD = "correct horse battery";
  private static final StepInput INPUT =
      new StepInput(
          new RunKey("friday-night", "5c7a2a0e-8f27-4d39-b7a2-0f4e0c2f9a11"),
          RequestReader.read(SandboxRequest.create()).request());

  @TempDir private static Path directory;
  private static HostedProject project;
  private static FreezeStep freeze;

  private final String email = "ada-" + UUID.randomUUID() + "@example.net";

  @BeforeAll
  static void open() throws Exception {
    project = new HostedProject(directory);
    freeze = new FreezeStep(project.source(), project.source());
  }

  @AfterAll
  static void close() {
    project.close();
  }

  @AfterEach
  void lift() {
    assertThat(freeze.lift(INPUT, new Quiet()).leftBehind()).isZero();
  }

  @Test
  void whoever_has_an_account_signs_in_stays_signed_in_and_signs_out_while_frozen()
      throws Exception {
    Answer signedUp = ok(signUp());
    List<String> before = raise();

    Answer kept = ok(refresh(signedUp));
    Answer signedIn = ok(signIn(PASSWORD));
    Answer refreshed = ok(refresh(ok(refresh(signedIn))));
    assertThat(ok(call("GET", "/user", refreshed, null)).text("email")).isEqualTo(email);
    assertThat(signIn("not the password").status()).isEqualTo(400);
    assertThat(call("POST", "/logout?scope=local", refreshed, "").status()).isEqualTo(204);
    assertThat(refresh(refreshed).text("error_code")).isEqualTo("refresh_token_not_found");
    ok(call("GET", "/user", kept, null));
    assertThat(call("POST", "/logout?scope=global", kept, "").status()).isEqualTo(204);

    prove(before);
  }

  @Test
  void people_sign_in_by_a_link_while_frozen() throws Exception {
    ok(signUp());
    List<String> before = raise();

    for (String type : List.of("magiclink", "recovery")) {
      String link = "{\"type\": \"%s\", \"email\": \"%s\"}".formatted(type, email);
      String hash = ok(asServer("POST", "/admin/generate_link", link)).text("hashed_token");
      String shown = "{\"type\": \"%s\", \"token_hash\": \"%s\"}".formatted(type, hash);
      ok(refresh(ok(call("POST", "/verify", null, shown))));
    }

    prove(before);
  }

  @Test
  void people_sign_in_by_a_code_to_their_telephone_while_frozen() throws Exception {
    String phone = "{\"phone\": \"%s\", \"phone_confirm\": true}".formatted(GoTrue.PHONE);
    ok(asServer("POST", "/admin/users", phone));
    List<String> before = raise();

    String asked = "{\"phone\": \"%s\", \"create_user\": false}".formatted(GoTrue.PHONE);
    ok(call("POST", "/otp", null, asked));
    String typed =
        "{\"type\": \"sms\", \"phone\": \"%s\", \"token\": \"%s\"}"
            .formatted(GoTrue.PHONE, GoTrue.SMS_CODE);
    ok(refresh(ok(call("POST", "/verify", null, typed))));

    prove(before);
  }

  @Test
  void people_sign_in_by_a_provider_while_frozen_unless_it_tells_something_new() throws Exception {
    assertThat(signInByProvider()).contains("access_token=");
    List<String> before = raise();

    assertThat(signInByProvider()).contains("access_token=");
    project.provider().rename("Kim the Elder");
    assertThat(signInByProvider())
        .contains("error=temporarily_unavailable")
        .doesNotContain("access_token");
    prove(before);

    lift();
    assertThat(signInByProvider()).contains("access_token=");
  }

  private static Stream<Arguments> changes() {
    return Stream.of(
        arguments(
            "sign-up",
            "POST",
            "/signup",
            "nobody",
            "{\"email\": \"NEW\", \"password\": \"%s\"}".formatted(PASSWORD),
            503),
        arguments(
            "sign-up by link",
            "POST",
            "/otp",
            "nobody",
            "{\"email\": \"NEW\", \"create_user\": true}",
            503),
        arguments("anonymous sign-in", "POST", "/signup", "nobody", "{}", 500),
        arguments("change of e-mail", "PUT", "/user", "person", "{\"email\": \"NEW\"}", 503),
        arguments(
            "change of password",
            "PUT",
            "/user",
            "person",
            "{\"password\": \"another good one\"}",
            503),
        arguments(
            "change of profile", "PUT", "/user", "person", "{\"data\": {\"name\": \"Ada\"}}", 503),
        arguments("invitation", "POST", "/invite", "server", "{\"email\": \"NEW\"}", 503),
        arguments("new account", "POST", "/admin/users", "server", "{\"email\": \"NEW\"}", 503),
        arguments(
            "change of role",
            "PUT",
            "/admin/users/ID",
            "server",
            "{\"app_metadata\": {\"role\": \"boss\"}}",
            503),
        arguments("ban", "PUT", "/admin/users/ID", "server", "{\"ban_duration\": \"1h\"}", 503),
        arguments(
            "link for a new e-mail",
            "POST",
            "/admin/generate_link",
            "server",
            "{\"type\": \"email_change_new\", \"email\": \"OLD\", \"new_email\": \"NEW\"}",
            500),
        arguments(
            "soft removal",
            "DELETE",
            "/admin/users/ID",
            "server",
            "{\"should_soft_delete\": true}",
            503),
        arguments("removal", "DELETE", "/admin/users/ID", "server", "{}", 503));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void what_would_change_people_is_refused_until_the_lift(
      String what, String method, String path, String caller, String body, int status)
      throws Exception {
    Answer person = ok(signUp());
    String token =
        switch (caller) {
          case "nobody" -> null;
          case "person" -> person.text("access_token");
          default -> GoTrue.serviceRole();
        };
    String where = path.replace("ID", person.body().at("/user/id").asText());
    String sent = body.replace("OLD", email).replace("NEW", "new-" + email);
    List<String> before = raise();

    Answer refused = project.auth().call(method, where, token, sent);

    assertThat(refused.status()).as("%s", refused).isEqualTo(status);
    if (status == 503) {
      assertThat(refused.text("code")).isEqualTo("PT503");
      assertThat(refused.text("message"))
          .contains("takes no writes: this database was frozen by migration friday-night at 20");
      assertThat(refused.text("hint")).contains("Try again when the migration is over");
    } else {
      assertThat(refused.text("error_code")).isEqualTo("unexpected_failure");
    }
    prove(before);
    lift();
    ok(project.auth().call(method, where, token, sent));
    assertThat(project.people()).isNotEqualTo(before);
  }

  @Test
  void clients_that_name_their_version_are_told_of_a_failure_only() throws Exception {
    Answer person = ok(signUp());
    List<String> before = raise();

    Answer refused =
        project
            .auth()
            .call(
                "PUT",
                "/user",
                person.text("access_token"),
                "{\"data\": {\"name\": \"Ada\"}}",
                Map.of("X-Supabase-Api-Version", "2024-01-01"));

    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.text("code")).isEqualTo("unexpected_failure");
    prove(before);
  }

  private List<String> raise() throws Exception {
    freeze.raise(INPUT, new Quiet());
    return project.people();
  }

  /** The freeze holds, and nothing is other than it was. */
  private static void prove(List<String> before) throws Exception {
    assertThat(project.people()).isEqualTo(before);
    freeze.prove(INPUT, new Quiet());
  }

  private Answer signUp() throws Exception {
    return call("POST", "/signup", null, credentials(PASSWORD));
  }

  private Answer signIn(String password) throws Exception {
    return call("POST", "/token?grant_type=password", null, credentials(password));
  }

  private String credentials(String password) {
    return "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password);
  }

  private static Answer refresh(Answer session) throws Exception {
    return call(
        "POST",
        "/token?grant_type=refresh_token",
        null,
        "{\"refresh_token\": \"%s\"}".formatted(session.text("refresh_token")));
  }

  /** Where the person is sent in the end. */
  private static String signInByProvider() throws Exception {
    URI provider = location(call("GET", "/authorize?provider=keycloak", null, null));
    String state =
        Stream.of(provider.getQuery().split("&"))
            .filter(part -> part.startsWith("state="))
            .findFirst()
            .orElseThrow();
    return location(call("GET", "/callback?code=one&" + state, null, null)).toString();
  }

  private static URI location(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isBetween(300, 399);
    return URI.create(answer.response().headers().firstValue("Location").orElseThrow());
  }

  private static Answer call(String method, String path, Answer session, String body)
      throws Exception {
    String token = session == null ? null : session.text("access_token");
    return project.auth().call(method, path, token, body);
  }

  private static Answer asServer(String method, String path, String body) throws Exception {
    return project.auth().call(method, path, GoTrue.serviceRole(), body);
  }

  private static Answer ok(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    return answer;
  }

  /** Nobody follows, nobody cancels. */
  private static final class Quiet implements StepContext {
    @Override
    public void progress(Progress progress) {}

    @Override
    public AutoCloseable onCancel(Runnable action) {
      return () -> {};
    }
  }
}
