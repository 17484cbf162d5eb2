package dev.overwinter.worker.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.overwinter.worker.settings.SettingsException;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.RequestReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

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
   * A request from a file of its own.
   *
   * @throws SettingsException when it cannot be read or is no JSON
   */
  static JsonNode readFile(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new SettingsException(
          file.toString(),
          List.of("is no JSON, from line %d on".formatted(e.getLocation().getLineNr())));
    } catch (IOException e) {
      throw new SettingsException(file.toString(), List.of("cannot be read"));
    }
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
