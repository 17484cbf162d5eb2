package dev.overwinter.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was measured of one shape.
 *
 * @param shape its name
 * @param description of it, in Markdown
 * @param rows in all tables
 * @param ways who was measured, in the order of the report
 * @param machine lines about where it was measured
 * @param measurements in the order in which they were made
 */
record Results(
    String shape,
    String description,
    long rows,
    List<Way> ways,
    List<String> machine,
    List<Measurement> measurements) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  Results {
    ways = List.copyOf(ways);
    machine = List.copyOf(machine);
    measurements = List.copyOf(measurements);
  }

  /** What was kept of a shape, if anything. */
  static Optional<Results> read(Path directory, String shape) throws IOException {
    Path file = directory.resolve(shape + ".json");
    return Files.exists(file)
        ? Optional.of(JSON.readValue(file.toFile(), Results.class))
        : Optional.empty();
  }

  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve(shape + ".json");
    Path draft = directory.resolve(shape + ".json.new");
    Files.writeString(draft, JSON.writeValueAsString(this) + "\n");
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The same with one more. */
  Results plus(Measurement measurement) {
    List<Measurement> more = new ArrayList<>(measurements);
    more.add(measurement);
    return new Results(shape, description, rows, ways, machine, more);
  }

  int lastRound() {
    return measurements.stream().mapToInt(Measurement::round).max().orElse(0);
  }

  List<Measurement> of(String contender) {
    return measurements.stream().filter(it -> it.contender().equals(contender)).toList();
  }
}
