package dev.overwinter.activities.hooks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.RetryAfter;
import dev.overwinter.activities.StepContext;
import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.steps.Announcement;
import dev.overwinter.workflows.steps.AnnouncementSummary;
import dev.overwinter.workflows.steps.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers announcements, one POST for each hook and attempt. A hook that has answered for good is
 * not called again by later attempts of the same worker; another worker's may call it again, under
 * the same id. Thread-safe.
 */
public final class HookAnnouncer {
  private static final Logger LOG = LoggerFactory.getLogger(HookAnnouncer.class);
  private static final MediaType JSON = MediaType.get("application/json");
  private static final int BODY_VERSION = 1;

  /** What Standard Webhooks recommends at least, so that all hooks together fit into an attempt. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** An announcement soon loses its worth; a hook that asks for an hour has lost. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private static final Set<Integer> PASSING = Set.of(408, 425, 429);
  private static final int MOST_REMEMBERED = 100;

  private final HookSettings settings;
  private final Clock clock;
  private final OkHttpClient http;
  private final Map<String, Delivery> settled = new LinkedHashMap<>();

  /** Sends nothing yet. */
  public HookAnnouncer(HookSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.http =
        new OkHttpClient.Builder()
            .retryOnConnectionFailure(false)
            // A redirect would hand a signed event to whoever is named.
            .followRedirects(false)
            .callTimeout(PATIENCE)
            .connectTimeout(PATIENCE)
            .readTimeout(PATIENCE)
            .writeTimeout(PATIENCE)
            .build();
  }

  private enum Result {
    TAKEN,
    REFUSED,
    UNAVAILABLE
  }

  /**
   * @param hook which one, and at which host
   * @param answer what it answered, without anything it wrote
   * @param retryAfter the pause it asks for, or null
   */
  private record Delivery(Result result, String hook, String answer, Duration retryAfter) {
    String describe() {
      return hook + " " + answer;
    }
  }

  /**
   * Delivers to every hook that has not answered for good yet.
   *
   * @throws StepException HOOK_UNAVAILABLE when trying again may help, HOOK_REFUSED when not
   */
  public AnnouncementSummary announce(Announcement announcement, StepContext context) {
    byte[] body = body(announcement);
    List<Delivery> missed = new ArrayList<>();
    int hooks = settings.urls().size();
    for (int index = 0; index < hooks; index++) {
      String hook = "hook %d at %s".formatted(index + 1, settings.urls().get(index).getHost());
      context.progress(new Progress(index, hooks, "hooks", hook));
      Delivery delivery = deliverOnce(announcement, index, hook, body, context);
      // Ends here when it was broken off because the step was cancelled.
      context.progress(new Progress(index + 1L, hooks, "hooks", hook));
      if (delivery.result() != Result.TAKEN) {
        missed.add(delivery);
      }
    }
    if (!missed.isEmpty()) {
      throw undelivered(missed);
    }
    return new AnnouncementSummary(hooks);
  }

  private static StepException undelivered(List<Delivery> missed) {
    String told = String.join("; ", missed.stream().map(Delivery::describe).toList());
    List<Delivery> passing =
        missed.stream().filter(delivery -> delivery.result() == Result.UNAVAILABLE).toList();
    if (passing.isEmpty()) {
      return new StepException(
          FailureType.HOOK_REFUSED,
          told + ". Check its address and that it knows the worker's OVERWINTER_HOOK_SECRET.");
    }
    Duration pause =
        passing.stream()
            .map(Delivery::retryAfter)
            .filter(asked -> asked != null && asked.compareTo(Duration.ZERO) > 0)
            .max(Duration::compareTo)
            .map(asked -> asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked)
            .orElse(null);
    return new StepException(FailureType.HOOK_UNAVAILABLE, told + ".", pause);
  }

  private Delivery deliverOnce(
      Announcement announcement, int index, String hook, byte[] body, StepContext context) {
    String key = announcement.id() + " " + index;
    synchronized (settled) {
      if (settled.containsKey(key)) {
        return settled.get(key);
      }
    }
    Delivery delivery = deliver(announcement, settings.urls().get(index), hook, body, context);
    LOG.info("{}: {}", announcement.event().type(), delivery.describe());
    if (delivery.result() != Result.UNAVAILABLE) {
      synchronized (settled) {
        settled.put(key, delivery);
        if (settled.size() > MOST_REMEMBERED) {
          settled.remove(settled.keySet().iterator().next());
        }
      }
    }
    return delivery;
  }

  private Delivery deliver(
      Announcement announcement, URI url, String hook, byte[] body, StepContext context) {
    long timestamp = clock.instant().getEpochSecond();
    Request request =
        new Request.Builder()
            .url(HttpUrl.get(url))
            .header("webhook-id", announcement.id())
            .header("webhook-timestamp", String.valueOf(timestamp))
            .header("webhook-signature", settings.secret().sign(announcement.id(), timestamp, body))
            .post(RequestBody.create(body, JSON))
            .build();
    Call call = http.newCall(request);
    AutoCloseable registration = context.onCancel(call::cancel);
    try (Response response = call.execute()) {
      return new Delivery(
          resultOf(response.code()), hook, "answered " + response.code(), RetryAfter.of(response));
    } catch (IOException e) {
      // The exception's message may quote the address.
      return new Delivery(
          Result.UNAVAILABLE, hook, "gave no answer: " + e.getClass().getSimpleName(), null);
    } finally {
      end(registration);
    }
  }

  private static void end(AutoCloseable registration) {
    try {
      registration.close();
    } catch (Exception e) {
      throw new IllegalStateException("cannot end a registration for cancelling", e);
    }
  }

  private static Result resultOf(int status) {
    if (status >= 200 && status < 300) {
      return Result.TAKEN;
    }
    return status >= 500 || PASSING.contains(status) ? Result.UNAVAILABLE : Result.REFUSED;
  }

  /** The same bytes each time it is told; the fields and their order are those of docs/hooks.md. */
  private static byte[] body(Announcement announcement) {
    ObjectNode body = JsonMapper.builder().build().createObjectNode();
    body.put("type", announcement.event().type());
    body.put("timestamp", announcement.time());
    ObjectNode data = body.putObject("data");
    data.put("version", BODY_VERSION);
    data.put("eventId", announcement.id());
    data.put("workflowId", announcement.run().workflowId());
    data.put("runId", announcement.run().runId());
    if (announcement.outcome() != null) {
      data.put("outcome", announcement.outcome().jsonName());
    }
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }
}
