package dev.overwinter.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.workflows.request.RequestReader;
import java.util.List;
import java.util.Map;

/** Ours. */
final class Overwinter implements Contender {
  private final boolean archive;

  Overwinter(boolean archive) {
    this.archive = archive;
  }

  @Override
  public String key() {
    return archive ? "overwinter" : "overwinter-direct";
  }

  @Override
  public String title() {
    return archive
        ? "**Overwinter, complete run with the archive**"
        : "**Overwinter, complete run without the archive**";
  }

  @Override
  public String remarks() {
    return (archive
            ? "JSON Lines that a person can read; "
            : "straight from the source into the target; ")
        + "every user id mapped, rows compared on both sides in SQL and with what was read, exactly once, resumes at the chunk, indexes and keys put back as they were, sequences, ANALYZE";
  }

  @Override
  public Template template() {
    return Template.COMPLETE;
  }

  @Override
  public boolean maps() {
    return true;
  }

  @Override
  public boolean fits(String shape) {
    return true;
  }

  @Override
  public Map<String, List<String>> parts() {
    return archive
        ? Map.of()
        : Map.of(
            "… of which the load alone: neither the search for columns with user ids nor verification",
            List.of("export", "put-aside", "import", "restore"));
  }

  @Override
  public String obstacle(Setting setting) {
    List<String> problems = RequestReader.read(request(setting)).problems();
    return problems.isEmpty() ? "" : "this version of Overwinter cannot: " + problems.get(0);
  }

  private ObjectNode request(Setting setting) {
    ObjectNode request = new ObjectMapper().createObjectNode();
    request.putArray("schemas").add("public");
    ObjectNode copy = request.putObject("copy");
    copy.put("lanes", setting.jobs());
    if (!archive) {
      copy.put("archive", false);
    }
    return request;
  }

  @Override
  public List<String> command(Setting setting) {
    return Java.command(OurCopy.class, request(setting).toString());
  }

  @Override
  public Map<String, String> environment(Setting setting) {
    return Map.ofEntries(
        Map.entry("OVERWINTER_SOURCE_URL", url(setting.source())),
        Map.entry("OVERWINTER_SOURCE_USER", Cluster.USER),
        Map.entry("OVERWINTER_SOURCE_PASSWORD", "none"),
        Map.entry("OVERWINTER_TARGET_URL", url(setting.target())),
        Map.entry("OVERWINTER_TARGET_USER", Cluster.USER),
        Map.entry("OVERWINTER_TARGET_PASSWORD", "none"),
        Map.entry("OVERWINTER_STACK_URL", "http://localhost:1"),
        Map.entry("OVERWINTER_STACK_PROJECT_ID", "none"),
        Map.entry("OVERWINTER_STACK_SECRET_KEY", "none"),
        Map.entry("OVERWINTER_LOG_FILE", "off"),
        Map.entry("OVERWINTER_ARCHIVE_DIRECTORY", setting.work().resolve("archive").toString()));
  }

  private static String url(Cluster cluster) {
    return "postgresql://localhost:%d/%s?sslmode=disable"
        .formatted(cluster.port(), Setting.DATABASE);
  }
}
