package dev.overwinter.activities.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import dev.overwinter.workflows.steps.Announcement;
import dev.overwinter.workflows.steps.Announcement.Event;
import dev.overwinter.workflows.steps.Announcement.Outcome;
import dev.overwinter.workflows.steps.Progress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HookAnnouncerTest {
  private static final String KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String RUN = "0193f0a1-0000-7000-8000-000000000001";
  private static final Instant NOW = Instant.parse("2026-11-21T01:00:00Z");
  private static final Announcement BEGINNING =
      new Announcement(
          new RunKey("night-1", RUN), Event.FREEZE_BEGINNING, null, "2026-11-21T00:59:58Z");
  private static final Announcement ENDED =
      new Announcement(
          new RunKey("night-1", RUN), Event.FREEZE_ENDED, Outcome.LIVE, "2026-11-21T02:00:00Z");

  private final Receiver receiver = new Receiver();
  private final Receiver second = new Receiver();

  @AfterEach
  void stop() {
    receiver.close();
    second.close();
  }

  @Test
  void the_signature_is_that_of_the_specifications_own_example() {
    String signature =
        HookSecret.parse("whsec_" + KEY)
            .sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1614265330,
                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8));

    assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void an_event_arrives_signed_with_all_that_a_receiver_needs() throws Exception {
    assertThat(announcer(receiver.url()).announce(ENDED, context()).hooks()).isEqualTo(1);

    Receiver.Received got = receiver.received().get(0);
    assertThat(got.header("content-type")).isEqualTo("application/json");
    assertThat(got.header("webhook-id")).isEqualTo(RUN + "_freeze_ended");
    assertThat(got.header("webhook-timestamp")).isEqualTo(String.valueOf(NOW.getEpochSecond()));
    assertThat(got.header("webhook-signature")).isEqualTo(signatureOf(got));
    assertThat(got.body())
        .isEqualTo(
            "{\"type\":\"freeze.ended\",\"timestamp\":\"2026-11-21T02:00:00Z\",\"data\":{"
                + "\"version\":1,\"eventId\":\"%1$s_freeze_ended\",\"workflowId\":\"night-1\",\"runId\":\"%1$s\",\"outcome\":\"live\"}}"
                    .formatted(RUN));
  }

  @Test
  void without_a_hook_nobody_is_told_and_the_answer_says_so() {
    HookAnnouncer announcer = new HookAnnouncer(HookSettings.none(), Clock.systemUTC());

    assertThat(announcer.announce(BEGINNING, context()).hooks()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
  void what_passes_is_tried_again_under_the_same_id(int status) {
    receiver.answers(status);
    HookAnnouncer announcer = announcer(receiver.url());

    assertFails(announcer, FailureType.HOOK_UNAVAILABLE, "answered " + status);
    announcer.announce(BEGINNING, context());

    assertThat(receiver.received())
        .hasSize(2)
        .extracting(got -> got.header("webhook-id") + got.body())
        .containsOnly(receiver.received().get(0).header("webhook-id") + body(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 404, 410, 422})
  void what_stays_is_not_tried_again(int status) {
    receiver.answers(status);
    HookAnnouncer announcer = announcer(receiver.url());

    assertFails(announcer, FailureType.HOOK_REFUSED, "answered " + status);
    assertFails(announcer, FailureType.HOOK_REFUSED, "answered " + status);
    assertThat(receiver.received()).hasSize(1);
  }

  @Test
  void a_redirect_is_not_followed() {
    receiver.redirectsTo(second.url());

    assertFails(announcer(receiver.url()), FailureType.HOOK_REFUSED, "answered 307");
    assertThat(second.received()).isEmpty();
  }

  @Test
  void a_pause_that_a_hook_asks_for_is_kept_within_reason() {
    receiver.answers(503, "Retry-After", "7");
    receiver.answers(429, "Retry-After", "86400");
    HookAnnouncer announcer = announcer(receiver.url());

    assertThat(failure(announcer).retryAfter()).isEqualTo(Duration.ofSeconds(7));
    assertThat(failure(announcer).retryAfter()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void a_hook_that_has_taken_it_is_not_called_again_for_the_sake_of_another() {
    second.answers(503);
    HookAnnouncer announcer = announcer(receiver.url(), second.url());

    assertFails(announcer, FailureType.HOOK_UNAVAILABLE, "hook 2 at localhost answered 503");
    assertThat(announcer.announce(BEGINNING, context()).hooks()).isEqualTo(2);
    announcer.announce(ENDED, context());

    assertThat(receiver.received())
        .extracting(got -> got.header("webhook-id"))
        .containsExactly(BEGINNING.id(), ENDED.id());
    assertThat(second.received()).hasSize(3);
  }

  @Test
  void a_hook_that_refuses_does_not_keep_the_others_from_being_told() {
    receiver.answers(410);
    HookAnnouncer announcer = announcer(receiver.url(), second.url());

    assertFails(announcer, FailureType.HOOK_REFUSED, "hook 1 at localhost answered 410");
    assertThat(second.received()).hasSize(1);
  }

  @Test
  void failures_and_settings_show_the_host_and_nothing_else_of_an_address() throws Exception {
    URI closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = URI.create("http://localhost:%d/T0K3N?key=T0K3N".formatted(socket.getLocalPort()));
    }

    assertThat(failure(announcer(closed)).getMessage())
        .contains("hook 1 at localhost gave no answer: ConnectException")
        .doesNotContain("T0K3N");
    assertThat(settings(closed).toString()).doesNotContain("T0K3N").doesNotContain(KEY);
  }

  @Test
  void a_cancelled_step_breaks_off_what_hangs() throws Exception {
    CountDownLatch arrived = receiver.hangs();
    CompletableFuture<Runnable> cancel = new CompletableFuture<>();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    CompletableFuture<Object> announced =
        CompletableFuture.supplyAsync(
            () ->
                announcer(receiver.url())
                    .announce(
                        BEGINNING,
                        new StepContext() {
                          @Override
                          public void progress(Progress progress) {
                            if (cancelled.isDone()) {
                              throw new CancellationException("cancelled");
                            }
                          }

                          @Override
                          public AutoCloseable onCancel(Runnable action) {
                            cancel.complete(action);
                            return () -> {};
                          }
                        }));
    arrived.await();
    cancelled.complete(null);
    cancel.get().run();

    assertThatThrownBy(announced::join).hasMessageContaining("cancelled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", KEY, "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all !!"})
  void a_secret_of_another_form_is_refused_and_not_quoted(String text) {
    assertThatThrownBy(() -> HookSecret.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("c2hvcnQ", "not base64 at all", KEY);
  }

  private static String signatureOf(Receiver.Received got) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY), "HmacSHA256"));
    String signed =
        got.header("webhook-id") + "." + got.header("webhook-timestamp") + "." + got.body();
    return "v1,"
        + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }

  private String body(int index) {
    return receiver.received().get(index).body();
  }

  private static void assertFails(HookAnnouncer announcer, FailureType type, String message) {
    StepException failure = failure(announcer);
    assertThat(failure.type()).isEqualTo(type);
    assertThat(failure.getMessage()).contains(message);
  }

  private static StepException failure(HookAnnouncer announcer) {
    return catchThrowableOfType(
        StepException.class, () -> announcer.announce(BEGINNING, context()));
  }

  private static HookAnnouncer announcer(URI... urls) {
    return new HookAnnouncer(settings(urls), Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static HookSettings settings(URI... urls) {
    return new HookSettings(List.of(urls), HookSecret.parse("whsec_" + KEY));
  }

  private static StepContext context() {
    return new StepContext() {
      @Override
      public void progress(Progress progress) {}

      @Override
      public AutoCloseable onCancel(Runnable action) {
        return () -> {};
      }
    };
  }
}
