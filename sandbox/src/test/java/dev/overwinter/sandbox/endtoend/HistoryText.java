package dev.overwinter.sandbox.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.temporal.common.WorkflowExecutionHistory;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A history as JSON with every payload in the clear, so that it can be searched. */
final class HistoryText {
  private HistoryText() {}

  static String of(WorkflowExecutionHistory history) throws Exception {
    JsonNode json = new ObjectMapper().readTree(history.toJson(false));
    StringBuilder text = new StringBuilder();
    append(json, text);
    return text.toString();
  }

  private static void append(JsonNode node, StringBuilder text) {
    if (node.isContainerNode()) {
      node.properties()
          .forEach(
              field -> {
                text.append(field.getKey()).append('=');
                append(field.getValue(), text);
              });
      if (node.isArray()) {
        node.forEach(element -> append(element, text));
      }
      return;
    }
    text.append(node.asText()).append('\n');
    decoded(node.asText(), text);
  }

  /** Payloads are Base64; whatever else happens to decode does no harm. */
  private static void decoded(String value, StringBuilder text) {
    try {
      text.append(new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8))
          .append('\n');
    } catch (IllegalArgumentException e) {
      // Not Base64, and already there in the clear.
      return;
    }
  }
}
