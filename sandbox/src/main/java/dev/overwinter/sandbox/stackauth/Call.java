package dev.overwinter.sandbox.stackauth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One authenticated request, parsed; {@code body} is null for requests without one. */
record Call(List<String> pathVariables, Map<String, String> query, ObjectNode body) {
  UUID pathId() {
    return uuid("params.user_id", pathVariables.get(0));
  }

  boolean flag(String name) {
    String value = query.getOrDefault(name, "false");
    if (!value.equals("true") && !value.equals("false")) {
      throw ApiException.schema("query." + name + " must be one of true, false");
    }
    return value.equals("true");
  }

  void allowQuery(List<String> names) {
    List<String> unknown =
        query.keySet().stream().filter(n -> !names.contains(n)).sorted().toList();
    if (!unknown.isEmpty()) {
      throw ApiException.schema("query contains unknown properties: " + String.join(", ", unknown));
    }
  }

  static UUID uuid(String what, String value) {
    try {
      return UUID.fromString(value);
    } catch (IllegalArgumentException notAnId) {
      throw ApiException.schema(what + " must be a valid UUID");
    }
  }
}
