package dev.overwinter.sandbox.stackauth;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Finds the handler of a request by method and path template. */
final class Routes {
  private final List<Route> routes = new ArrayList<>();

  Routes add(String name, Function<Call, Reply> handler) {
    String[] parts = name.split(" ");
    routes.add(new Route(name, parts[0], List.of(parts[1].split("/")), false, handler));
    return this;
  }

  /** A route that the access type {@code client} may use as well. */
  Routes addPublic(String name, Function<Call, Reply> handler) {
    add(name, handler);
    Route last = routes.remove(routes.size() - 1);
    routes.add(new Route(last.name, last.method, last.template, true, handler));
    return this;
  }

  /** The match for a path below {@code /api/v1}. */
  Match find(String method, String path) {
    List<String> segments = List.of(path.split("/"));
    for (Route route : routes) {
      List<String> variables = route.variables(method, segments);
      if (variables != null) {
        return new Match(route, variables);
      }
    }
    throw ApiException.text(404, "404 — this endpoint does not exist.");
  }

  record Match(Route route, List<String> pathVariables) {}

  record Route(
      String name,
      String method,
      List<String> template,
      boolean forClients,
      Function<Call, Reply> handler) {

    /** The values of the template's variables, or null when the request is for another route. */
    private List<String> variables(String requestMethod, List<String> segments) {
      if (!method.equals(requestMethod) || segments.size() != template.size()) {
        return null;
      }
      List<String> variables = new ArrayList<>();
      for (int i = 0; i < segments.size(); i++) {
        if (template.get(i).startsWith("{")) {
          variables.add(segments.get(i));
        } else if (!template.get(i).equals(segments.get(i))) {
          return null;
        }
      }
      return variables;
    }
  }
}
