package dev.overwinter.activities.users;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.users.StackAuthException.Kind;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests to Stack Auth, one HTTP exchange each: nothing is sent twice behind the caller's
 * back, because creating a user is not idempotent. Logs ids, codes and the service's request ids,
 * never contents. Thread-safe.
 */
public final class StackAuthClient {
  /** Highest page size that every generation of the service accepts is 1000. */
  static final int PAGE = 200;

  private static final int MOST_IDLE = 64;
  private static final int IDLE_SECONDS = 3;

  private static final Logger LOG = LoggerFactory.getLogger(StackAuthClient.class);
  private static final MediaType JSON = MediaType.get("application/json");

  private final StackAuthSettings settings;
  private final OkHttpClient http;
  private final ObjectMapper json;

  /** Sends nothing yet. */
  public StackAuthClient(StackAuthSettings settings, StackAuthPace pace) {
    this(
        settings,
        new OkHttpClient.Builder()
            .retryOnConnectionFailure(false)
            // Shorter than servers keep idle connections: a request on a closed one would be lost.
            .connectionPool(new ConnectionPool(MOST_IDLE, IDLE_SECONDS, TimeUnit.SECONDS))
            // A redirect would repeat the key to whoever is named.
            .followRedirects(false)
            .connectTimeout(pace.writeTimeout())
            .readTimeout(pace.writeTimeout())
            .writeTimeout(pace.writeTimeout())
            .callTimeout(pace.writeTimeout())
            .build());
  }

  private StackAuthClient(StackAuthSettings settings, OkHttpClient http) {
    this.settings = settings;
    this.http = http;
    this.json = Json.mapper();
  }

  /** A client on the same connections whose {@link #cancelAll} touches only its own requests. */
  StackAuthClient scoped() {
    return new StackAuthClient(settings, http.newBuilder().dispatcher(new Dispatcher()).build());
  }

  /** Breaks off all requests in flight; their outcome is unknown. */
  void cancelAll() {
    http.dispatcher().cancelAll();
  }

  StackAuthAccount create(ObjectNode user) {
    RequestBody body = RequestBody.create(user.toString(), JSON);
    return StackAuthAccount.of(
        send("POST /users", request(url("users").build()).post(body).build()));
  }

  /** Empty when there is no such account. */
  Optional<StackAuthAccount> find(UUID id) {
    try {
      HttpUrl url = url("users").addPathSegment(id.toString()).build();
      return Optional.of(StackAuthAccount.of(send("GET /users/{id}", request(url).build())));
    } catch (StackAuthException e) {
      if (e.code().equals("USER_NOT_FOUND")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Deletes for good; nothing happens when there is no such account. */
  void delete(UUID id) {
    try {
      HttpUrl url = url("users").addPathSegment(id.toString()).build();
      send("DELETE /users/{id}", request(url).delete().build());
    } catch (StackAuthException e) {
      if (!e.code().equals("USER_NOT_FOUND")) {
        throw e;
      }
    }
  }

  /**
   * One page of all accounts, hidden ones included.
   *
   * @param query part of a name or e-mail, or null for every account; {@code _} stands for any
   *     character, so callers compare again
   * @param cursor from the page before, or null
   */
  StackAuthPage list(String query, String cursor) {
    HttpUrl.Builder url =
        url("users")
            .addQueryParameter("limit", String.valueOf(PAGE))
            .addQueryParameter("include_restricted", "true")
            .addQueryParameter("include_anonymous", "true");
    if (query != null) {
      url.addQueryParameter("query", query);
    }
    if (cursor != null) {
      url.addQueryParameter("cursor", cursor);
    }
    return StackAuthPage.of(send("GET /users", request(url.build()).build()));
  }

  StackAuthProject project() {
    HttpUrl url = url("projects").addPathSegment("current").build();
    return StackAuthProject.of(send("GET /projects/current", request(url).build()));
  }

  private JsonNode send(String route, Request request) {
    try (Response response = http.newCall(request).execute()) {
      if (!response.isSuccessful()) {
        StackAuthException failure = StackAuthErrors.of(response, json);
        if (failure.kind() != Kind.THROTTLED) {
          LOG.info("{} answered {}: {}", route, response.code(), failure.getMessage());
        }
        throw failure;
      }
      JsonNode answer = json.readTree(response.body().bytes());
      if (!answer.isObject()) {
        throw StackAuthException.notStackAuth();
      }
      return answer;
    } catch (IOException e) {
      // The exception's class tells time-out from reset; its message may quote what was received.
      String code = "CONNECTION_" + e.getClass().getSimpleName();
      LOG.info("{} broke off: {}", route, code);
      throw new StackAuthException(Kind.OUTCOME_UNKNOWN, code, null, null);
    }
  }

  private HttpUrl.Builder url(String resource) {
    return HttpUrl.get(settings.baseUrl())
        .newBuilder()
        .addPathSegments("api/v1")
        .addPathSegment(resource);
  }

  private Request.Builder request(HttpUrl url) {
    return new Request.Builder()
        .url(url)
        .header("X-Stack-Access-Type", "server")
        .header("X-Stack-Project-Id", settings.projectId())
        .header("X-Stack-Secret-Server-Key", settings.secretServerKey());
  }
}
