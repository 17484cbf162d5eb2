package dev.overwinter.worker.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.users.StackAuthSettings;
import dev.overwinter.workflows.FreezeBackfill;
import dev.overwinter.workflows.request.JsonInput;
import dev.overwinter.workflows.request.NearestName;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the settings from a YAML file and the environment, which goes before the file. */
public final class SettingsReader {
  /** Where everything that a run leaves behind goes, unless told otherwise. */
  public static final Path DATA_DIRECTORY = Path.of("overwinter-data");

  /** A Supabase pooler gives 15 by default; some are left for the application's own needs. */
  private static final int SOURCE_CONNECTIONS = 10;

  private static final int TARGET_CONNECTIONS = 16;

  /** One lane, the lease, and one for everything else. */
  private static final int LEAST_CONNECTIONS = 3;

  private static final int MOST_CONNECTIONS = 200;

  private static final List<String> NOT_OF_THE_SOURCE =
      List.of("target", "stackAuth", "archive", "temporal", "request");

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());

  private final Map<String, String> environment;
  private final List<String> problems = new ArrayList<>();

  private SettingsReader(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * @param file the YAML file, or null for the environment alone
   * @throws SettingsException with every problem
   */
  public static WorkerSettings read(Path file, Map<String, String> environment) {
    SettingsReader reader = new SettingsReader(environment);
    String where = file == null ? "settings from the environment" : file.toString();
    ObjectNode tree = reader.readTree(file, where);
    new SecretScan(reader.problems).scan(tree);
    reader.overrideFromEnvironment(tree);
    WorkerSettings settings = reader.readSettings(tree);
    if (!reader.problems.isEmpty()) {
      throw new SettingsException(where, reader.problems);
    }
    return settings;
  }

  /**
   * Reads what concerns the source only, for what must work when nothing else is there.
   *
   * @param file the YAML file, or null for the environment alone
   * @throws SettingsException with every problem
   */
  public static SourceSettings readSource(Path file, Map<String, String> environment) {
    SettingsReader reader = new SettingsReader(environment);
    String where = file == null ? "settings from the environment" : file.toString();
    ObjectNode tree = reader.readTree(file, where);
    tree.remove(NOT_OF_THE_SOURCE);
    new SecretScan(reader.problems).scan(tree);
    reader.overrideFromEnvironment(tree);
    tree.remove(NOT_OF_THE_SOURCE);
    JsonInput input = new JsonInput(tree, "the settings");
    DatabaseSettings source = reader.source(input);
    Path logFile = logFile(input);
    // Known, though nobody asks for them here.
    NOT_OF_THE_SOURCE.forEach(input::object);
    reader.problems.addAll(input.problems());
    if (!reader.problems.isEmpty()) {
      throw new SettingsException(where, reader.problems);
    }
    return new SourceSettings(source, logFile);
  }

  private ObjectNode readTree(Path file, String where) {
    if (file == null) {
      return YAML.createObjectNode();
    }
    try {
      JsonNode tree = YAML.readTree(Files.readAllBytes(file));
      if (tree == null || tree.isMissingNode() || tree.isNull()) {
        return YAML.createObjectNode();
      }
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new SettingsException(
          where, List.of("must hold sections such as source: and target:, not a single value"));
    } catch (JsonProcessingException e) {
      // The parser's message quotes the line, which may hold a secret.
      String place = e.getLocation() == null ? "" : " near line " + e.getLocation().getLineNr();
      throw new SettingsException(
          where,
          List.of("is no valid YAML%s: check indentation and repeated keys".formatted(place)));
    } catch (IOException e) {
      throw new SettingsException(
          where, List.of("cannot be read: check the path given with --config"));
    }
  }

  private void overrideFromEnvironment(ObjectNode tree) {
    List<String> known = Variable.known();
    environment.keySet().stream()
        .filter(name -> name.startsWith(Variable.PREFIX) && !known.contains(name))
        .sorted()
        .forEach(
            name ->
                problems.add(
                    "the variable %s is not known: %s"
                        .formatted(name, NearestName.suggestion(name, known))));
    for (Variable variable : Variable.values()) {
      JsonNode section = tree.get(variable.section());
      if (section == null || section.isNull()) {
        // Also without a value, so that what is missing in the section is named.
        section = tree.putObject(variable.section());
      }
      String value = environment.get(variable.variable());
      if (value != null && section instanceof ObjectNode object) {
        put(object, variable, value.strip());
      }
    }
  }

  private void put(ObjectNode section, Variable variable, String value) {
    if (SecretScan.holdsSecret(value)) {
      problems.add(
          "the variable %s holds a secret or user name, which has no place there: take it out, they have variables of their own"
              .formatted(variable.variable()));
      section.put(variable.key(), SecretScan.REFUSED);
    } else if (variable.key().equals("maxConnections") && value.matches("\\d{1,9}")) {
      section.put(variable.key(), Integer.parseInt(value));
    } else {
      section.put(variable.key(), value);
    }
  }

  private WorkerSettings readSettings(ObjectNode tree) {
    JsonInput input = new JsonInput(tree, "the settings");
    DatabaseSettings source = source(input);
    DatabaseSettings target =
        database(input.object("target"), "target", Secret.TARGET_PASSWORD, TARGET_CONNECTIONS);
    StackAuthSettings stackAuth = stackAuth(input.object("stackAuth"));
    Path archive =
        path(input.object("archive"), "directory", DATA_DIRECTORY.resolve("archive").toString());
    JsonInput temporalInput = input.object("temporal");
    TemporalSettings temporal =
        new TemporalSettings(
            temporalInput.text("taskQueue", FreezeBackfill.TASK_QUEUE),
            temporalInput.text("address", null),
            temporalInput.text("namespace", null));
    Path logFile = logFile(input);
    JsonNode request = tree.get("request");
    // Taken out, since it has a reader of its own, which knows its keys.
    tree.remove("request");
    input.object("request");
    problems.addAll(input.problems());
    return new WorkerSettings(source, target, stackAuth, archive, temporal, logFile, request);
  }

  private DatabaseSettings source(JsonInput input) {
    return database(input.object("source"), "source", Secret.SOURCE_PASSWORD, SOURCE_CONNECTIONS);
  }

  private static Path logFile(JsonInput input) {
    return path(
        input.object("log"), "file", DATA_DIRECTORY.resolve("logs/overwinter.log").toString());
  }

  private DatabaseSettings database(JsonInput input, String side, Secret secret, int connections) {
    String variable = Variable.PREFIX + side.toUpperCase(Locale.ROOT);
    String text =
        input.requiredText(
            "url",
            "write postgresql://host:5432/database?sslmode=verify-full there or in %s_URL"
                .formatted(variable));
    DatabaseUrl url = DatabaseUrl.parse(text);
    if (!text.isEmpty()) {
      url.problem().ifPresent(problem -> input.problem("url", problem));
    }
    String user =
        input.requiredText("user", "write the role there or in %s_USER".formatted(variable));
    int most =
        (int) input.integer("maxConnections", connections, LEAST_CONNECTIONS, MOST_CONNECTIONS);
    String password = secret.read(environment, problems);
    String jdbcUrl = url.jdbcUrl() == null ? "" : url.jdbcUrl();
    return new DatabaseSettings(side, jdbcUrl, user, password, most);
  }

  private StackAuthSettings stackAuth(JsonInput input) {
    String url =
        input.requiredText(
            "url", "write https://host of your Stack Auth there or in OVERWINTER_STACK_URL");
    String projectId =
        input.requiredText(
            "projectId", "write the project's UUID there or in OVERWINTER_STACK_PROJECT_ID");
    String key = Secret.STACK_SECRET_KEY.read(environment, problems);
    URI address = URI.create("http://unknown");
    try {
      URI given = new URI(url.replaceFirst("/+$", ""));
      boolean web = "https".equals(given.getScheme()) || "http".equals(given.getScheme());
      if (web && given.getHost() != null && given.getRawQuery() == null) {
        address = given;
      } else if (!url.isEmpty() && !url.equals(SecretScan.REFUSED)) {
        input.problem("url", "must be an address such as https://auth.example.org");
      }
    } catch (URISyntaxException e) {
      input.problem("url", "must be an address such as https://auth.example.org");
    }
    if (!key.chars().allMatch(character -> character > ' ' && character < 127)) {
      problems.add(
          Secret.STACK_SECRET_KEY.variable()
              + " holds a space or a character that is not ASCII: copy the key again");
      key = "";
    }
    return new StackAuthSettings(address, projectId, key);
  }

  private static Path path(JsonInput input, String key, String defaultValue) {
    String text = input.text(key, defaultValue);
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      input.problem(key, "must be a path");
      return Path.of(defaultValue);
    }
  }
}
