package dev.overwinter.worker.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.overwinter.worker.settings.SettingsException;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.RequestReader;

/** The request part of the settings file. */
final class Requests {
  private static final String WHERE = "request: in the settings";

  private Requests() {}

  /**
   * The request as the workflow takes it, known to be right; every default where there is none.
   *
   * @throws SettingsException with every problem
   */
  static JsonNode check(JsonNode request) {
    JsonNode given = orEmpty(request);
    read(given);
    return given;
  }

  /**
   * The request, complete with every default.
   *
   * @throws SettingsException with every problem
   */
  static MigrationRequest read(JsonNode request) {
    RequestReader.Result result = RequestReader.read(orEmpty(request));
    if (!result.problems().isEmpty()) {
      throw new SettingsException(WHERE, result.problems());
    }
    return result.request();
  }

  private static JsonNode orEmpty(JsonNode request) {
    return request == null || request.isNull() ? JsonNodeFactory.instance.objectNode() : request;
  }
}
