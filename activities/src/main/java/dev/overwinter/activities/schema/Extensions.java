package dev.overwinter.activities.schema;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which extensions the target gets, and why it cannot have others. */
final class Extensions {
  private final Map<String, String> sourceSchemas;
  private final TargetFacts target;
  private final Map<String, String> created = new LinkedHashMap<>();

  /**
   * @param sourceSchemas the source's extensions, each with its schema
   */
  Extensions(Map<String, String> sourceSchemas, TargetFacts target) {
    this.sourceSchemas = sourceSchemas;
    this.target = target;
  }

  /** Why the target cannot have what an extension brings, and what to do. */
  record Obstacle(String reason, String remedy) {}

  /**
   * Sees that an extension is there, or will be.
   *
   * @return what is in the way, if anything
   */
  Optional<Obstacle> need(String extension) {
    String wanted = sourceSchemas.get(extension);
    String there = created.getOrDefault(extension, target.schemaOf(extension));
    if (wanted == null || wanted.equals(there)) {
      return Optional.empty();
    }
    if (there != null) {
      return Optional.of(
          new Obstacle(
              "extension %s is in schema %s of the target, and the source's definitions name schema %s"
                  .formatted(extension, there, wanted),
              "ALTER EXTENSION %s SET SCHEMA %s in the target.".formatted(extension, wanted)));
    }
    TargetFacts.Available available = target.available(extension);
    if (available == null) {
      return Optional.of(
          new Obstacle(
              "it needs extension %s, which the target's server has not".formatted(extension),
              "Install the extension's package on the target's host."));
    }
    if (!available.allowed()) {
      return Optional.of(
          new Obstacle(
              "it needs extension %s, which the target role may not create".formatted(extension),
              "CREATE EXTENSION %s SCHEMA %s in the target as a superuser."
                  .formatted(extension, wanted)));
    }
    for (String required : available.requires()) {
      Optional<Obstacle> obstacle = need(required);
      if (obstacle.isPresent()) {
        return obstacle;
      }
    }
    created.put(extension, wanted);
    return Optional.empty();
  }

  /** Those to create, each with its schema, in order. */
  Map<String, String> created() {
    return created;
  }

  /** The names of those to create. */
  List<String> names() {
    return List.copyOf(created.keySet());
  }
}
