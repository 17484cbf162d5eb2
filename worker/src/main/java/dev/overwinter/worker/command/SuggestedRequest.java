package dev.overwinter.worker.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A request with guessed rules, as a file. */
final class SuggestedRequest {
  private SuggestedRequest() {}

  /**
   * Writes a new file.
   *
   * @param given the request as it is; may be null
   * @param tables rules to add to it; what it says already stays
   * @throws java.nio.file.FileAlreadyExistsException when the file is there
   */
  static void write(Path file, JsonNode given, ObjectNode tables) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode request =
        given instanceof ObjectNode object ? object.deepCopy() : json.createObjectNode();
    if (!tables.isEmpty()) {
      addMissing(request, "tables", tables);
    }
    Files.writeString(
        file,
        json.writerWithDefaultPrettyPrinter().writeValueAsString(request) + "\n",
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.WRITE);
  }

  private static void addMissing(ObjectNode to, String key, JsonNode value) {
    if (to.get(key) instanceof ObjectNode there && value.isObject()) {
      value.properties().forEach(it -> addMissing(there, it.getKey(), it.getValue()));
    } else if (!to.hasNonNull(key)) {
      to.set(key, value);
    }
  }
}
