package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A Stack Auth service for rehearsals and tests: one project, users in memory, real HTTP, on the
 * loopback interface unless told otherwise. It answers as the real service was seen to, its
 * oddities included: two error shapes, ids of its own, no idempotency, a substring search, hidden
 * restricted users, hard deletion. It sends no mail and checks no tokens.
 *
 * <p>Thread-safe. {@link #close} ends open requests.
 */
public final class StackAuthStandIn implements AutoCloseable {
  private static final int THREADS = 32;

  static {
    // Without it every reply on a reused connection waits 40 ms for a delayed acknowledgement.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private final StandInProject project;
  private final StandInFaults faults;
  private final UserStore users;
  private final PasswordEndpoints passwords;
  private final RequestHandler handler;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final HttpServer server;

  private StackAuthStandIn(
      StandInProject project,
      ApiDialect dialect,
      StandInFaults faults,
      InetSocketAddress address,
      Clock clock)
      throws IOException {
    this.project = project;
    this.faults = faults;
    users = new UserStore(project, dialect, clock);
    Outbox outbox = new Outbox(clock);
    passwords = new PasswordEndpoints(users, outbox, project, faults, clock);
    UserEndpoints userEndpoints = new UserEndpoints(users, project, dialect);
    OauthEndpoints oauth = new OauthEndpoints(users, project);
    Routes routes =
        new Routes()
            .add("POST /users", userEndpoints::create)
            .add("GET /users", userEndpoints::list)
            .add("GET /users/{id}", userEndpoints::get)
            .add("PATCH /users/{id}", userEndpoints::update)
            .add("DELETE /users/{id}", userEndpoints::delete)
            .add("POST /oauth-providers", oauth::link)
            .add("GET /oauth-providers", oauth::list)
            .addPublic("POST /auth/password/sign-in", passwords::signIn)
            .addPublic("POST /auth/password/send-reset-code", passwords::sendResetCode)
            .addPublic("POST /auth/password/reset/check-code", passwords::checkCode)
            .addPublic("POST /auth/password/reset", passwords::reset)
            .add("GET /emails/outbox", outbox::list)
            .addPublic("GET /projects/current", call -> Reply.json(200, projectJson()));
    handler = new RequestHandler(routes, new AccessCheck(project), faults, dialect);
    server = HttpServer.create(address, 0);
    server.createContext("/", handler);
    server.setExecutor(threads);
    server.start();
  }

  /** Starts on a free port, speaking the newer dialect, without faults. */
  public static StackAuthStandIn start() {
    return start(StandInProject.standard(), ApiDialect.SUMMER_2026, new StandInFaults(0), 0);
  }

  /**
   * @param port 0 for any free one
   * @throws UncheckedIOException when the port cannot be had
   */
  public static StackAuthStandIn start(
      StandInProject project, ApiDialect dialect, StandInFaults faults, int port) {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      return new StackAuthStandIn(project, dialect, faults, address, Clock.systemUTC());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen on port " + port, e);
    }
  }

  /**
   * Starts where others can reach it, speaking the newer dialect, without faults.
   *
   * @throws IOException when it cannot listen there
   */
  public static StackAuthStandIn listenAt(InetSocketAddress address) throws IOException {
    return new StackAuthStandIn(
        StandInProject.standard(),
        ApiDialect.SUMMER_2026,
        new StandInFaults(0),
        address,
        Clock.systemUTC());
  }

  /** Where this machine reaches the service, without the {@code /api/v1}. */
  public URI baseUrl() {
    InetAddress address = server.getAddress().getAddress();
    return baseUrl(address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress());
  }

  /** Where others reach the service, without the {@code /api/v1}. */
  public URI baseUrl(String host) {
    return URI.create("http://" + host + ":" + server.getAddress().getPort());
  }

  public StandInProject project() {
    return project;
  }

  public StandInFaults faults() {
    return faults;
  }

  /** Every user in order of sign-up, hidden ones included, as the API shows it; copies. */
  public List<ObjectNode> users() {
    return users.list(user -> true);
  }

  /** Requests that arrived so far, by route such as {@code POST /users}; failed ones included. */
  public Map<String, Integer> requests() {
    return handler.requests();
  }

  /**
   * Creates a user behind the API's back.
   *
   * @param body as for {@code POST /users}
   * @return the id of the new user
   */
  public UUID putUser(ObjectNode body) {
    BodySchema.CREATE_USER.check(body);
    return UUID.fromString(users.create(body).get("id").asText());
  }

  /** Makes the user look as after a sign-in at this moment. */
  public void markSignedIn(UUID user) {
    passwords.markActive(user);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private ObjectNode projectJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", project.id()).put("display_name", "Stand-in");
    ObjectNode config = json.putObject("config");
    config.put("sign_up_enabled", true);
    config.put("credential_enabled", project.passwordSignIn());
    config.put("magic_link_enabled", project.magicLink());
    config.put("passkey_enabled", false);
    ArrayNode providers = config.putArray("enabled_oauth_providers");
    project.oauthProviders().stream().sorted().forEach(id -> providers.addObject().put("id", id));
    ArrayNode domains = config.putArray("domains");
    project
        .trustedDomains()
        .forEach(
            domain -> domains.addObject().put("domain", domain).put("handler_path", "/handler"));
    return json;
  }
}
