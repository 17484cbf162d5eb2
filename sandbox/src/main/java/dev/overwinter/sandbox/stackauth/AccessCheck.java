package dev.overwinter.sandbox.stackauth;

import com.sun.net.httpserver.Headers;
import java.util.Set;

/** Who may call: the checks of the authentication headers, in the service's order. */
final class AccessCheck {
  private static final Set<String> TYPES = Set.of("client", "server", "admin");

  private final StandInProject project;

  AccessCheck(StandInProject project) {
    this.project = project;
  }

  void check(Headers headers, Routes.Route route) {
    String type = headers.getFirst("X-Stack-Access-Type");
    String key = headers.getFirst("X-Stack-Secret-Server-Key");
    if (type == null) {
      if (key != null || headers.getFirst("X-Stack-Project-Id") != null) {
        throw ApiException.known(
            400, "PROJECT_KEY_WITHOUT_ACCESS_TYPE", "The access type header is missing.");
      }
      throw ApiException.known(400, "ACCESS_TYPE_REQUIRED", "You must specify an access type.");
    }
    if (!TYPES.contains(type)) {
      throw ApiException.known(400, "INVALID_ACCESS_TYPE", "The access type is unknown.");
    }
    if (!project.id().equals(headers.getFirst("X-Stack-Project-Id"))) {
      throw ApiException.known(
          400, "CURRENT_PROJECT_NOT_FOUND", "The current project was not found.");
    }
    if (type.equals("client")) {
      if (!route.forClients()) {
        throw ApiException.known(
            401, "INSUFFICIENT_ACCESS_TYPE", "The access type must be server or admin.");
      }
      return;
    }
    if (key == null) {
      throw ApiException.known(
          401, "SERVER_AUTHENTICATION_REQUIRED", "The secret server key must be provided.");
    }
    if (!project.secretServerKey().equals(key)) {
      throw ApiException.known(
          401, "INVALID_SECRET_SERVER_KEY", "The secret server key is not valid.");
    }
  }
}
