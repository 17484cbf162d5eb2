package dev.overwinter.worker.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.overwinter.activities.hooks.HookSettings;
import dev.overwinter.activities.postgres.DatabaseSettings;
import dev.overwinter.activities.users.StackAuthSettings;
import dev.overwinter.worker.secrecy.PayloadKeys;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

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

  /** Keys of variables that hold a number. */
  private static final Set<String> NUMBERS = Set.of("maxConnections", "lanes");

  private static final String ENVIRONMENT = "settings from the environment";

  /** Sections that concern neither database. */
  private static final List<String> BESIDE_THE_DATABASES =
      List.of(
          "stackAuth",
          "archive",
          "worker",
          HookSettingsReader.SECTION,
          "temporal",
          "http",
          "request");

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
    String where = file == null ? ENVIRONMENT : file.toString();
    ObjectNode tree = reader.readTree(file, where);
    new SecretScan(reader.problems).scan(tree);
    new HookSettingsReader(environment, reader.problems).prepare(tree);
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
    return readOne(
        file,
        environment,
        "target",
        (reader, input) -> new SourceSettings(reader.source(input), log(input)));
  }

  /**
   * Reads what concerns the target only.
   *
   * @param file the YAML file, or null for the environment alone
   * @throws SettingsException with every problem
   */
  public static TargetSettings readTarget(Path file, Map<String, String> environment) {
    return readOne(
        file,
        environment,
        "source",
        (reader, input) -> new TargetSettings(reader.target(input), log(input)));
  }

  private static <T> T readOne(
      Path file,
      Map<String, String> environment,
      String otherSide,
      BiFunction<SettingsReader, JsonInput, T> read) {
    SettingsReader reader = new SettingsReader(environment);
    String where = file == null ? ENVIRONMENT : file.toString();
    ObjectNode tree = reader.readTree(file, where);
    List<String> unwanted = new ArrayList<>(BESIDE_THE_DATABASES);
    unwanted.add(otherSide);
    tree.remove(unwanted);
    new SecretScan(reader.problems).scan(tree);
    reader.overrideFromEnvironment(tree);
    tree.remove(unwanted);
    JsonInput input = new JsonInput(tree, "the settings");
    T settings = read.apply(reader, input);
    // Known, though nobody asks for them here.
    unwanted.forEach(input::object);
    reader.problems.addAll(input.problems());
    if (!reader.problems.isEmpty()) {
      throw new SettingsException(where, reader.problems);
    }
    return settings;
  }

  /**
   * Reads only where a worker with these settings tells of itself.
   *
   * @param file the YAML file, or null for the environment alone
   * @throws SettingsException with every problem
   */
  public static HttpSettings readHttp(Path file, Map<String, String> environment) {
    SettingsReader reader = new SettingsReader(environment);
    String where = file == null ? ENVIRONMENT : file.toString();
    ObjectNode tree = reader.readTree(file, where);
    reader.overrideFromEnvironment(tree);
    tree.retain("http");
    JsonInput input = new JsonInput(tree, "the settings");
    HttpSettings http = http(input);
    reader.problems.addAll(input.problems());
    if (!reader.problems.isEmpty()) {
      throw new SettingsException(where, reader.problems);
    }
    return http;
  }

  /**
   * Reads the payload keys, from the environment alone.
   *
   * @throws SettingsException with every problem
   */
  public static PayloadKeys readPayloadKeys(Map<String, String> environment) {
    List<String> problems = new ArrayList<>();
    PayloadKeys keys = new PayloadKeyReader(environment, problems).read();
    if (!problems.isEmpty()) {
      throw new SettingsException(ENVIRONMENT, problems);
    }
    return keys;
  }

  /**
   * Reads what the codec endpoint needs, from the environment alone.
   *
   * @throws SettingsException with every problem
   */
  public static CodecSettings readCodec(Map<String, String> environment) {
    PayloadKeys keys = readPayloadKeys(environment);
    List<String> problems = new ArrayList<>();
    if (keys.ids().isEmpty()) {
      Secret.PAYLOAD_KEY.read(environment, problems);
    }
    String token = Secret.CODEC_TOKEN.readOptional(environment, problems);
    if (!problems.isEmpty()) {
      throw new SettingsException(ENVIRONMENT, problems);
    }
    return new CodecSettings(keys, token);
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
        sayOff(object, "http", "address");
        sayOff(object, "log", "file");
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

  /** To YAML the word off, unless quoted, is a way to say false. */
  private static void sayOff(ObjectNode tree, String section, String key) {
    if (tree.get(section) instanceof ObjectNode object
        && object.get(key) != null
        && object.get(key).isBoolean()
        && !object.get(key).booleanValue()) {
      object.put(key, HttpSettings.OFF);
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
        putUnlessSecret(object, variable, value.strip());
      }
    }
  }

  private void putUnlessSecret(ObjectNode section, Variable variable, String value) {
    if (SecretScan.holdsSecret(value)) {
      problems.add(
          "the variable %s holds a secret or user name, which has no place there: take it out, they have variables of their own"
              .formatted(variable.variable()));
      put(section, variable, SecretScan.REFUSED);
    } else {
      put(section, variable, value);
    }
  }

  private static void put(ObjectNode section, Variable variable, String value) {
    if (variable == Variable.HOOK_URLS) {
      // A variable that is passed on empty says nothing.
      if (!value.isEmpty()) {
        HookSettingsReader.split(value).forEach(section.putArray(variable.key())::add);
      }
    } else if (NUMBERS.contains(variable.key()) && value.matches("\\d{1,9}")) {
      section.put(variable.key(), Integer.parseInt(value));
    } else {
      section.put(variable.key(), value);
    }
  }

  private WorkerSettings readSettings(ObjectNode tree) {
    JsonInput input = new JsonInput(tree, "the settings");
    DatabaseSettings source = source(input);
    DatabaseSettings target = target(input);
    StackAuthSettings stackAuth = stackAuth(input.object("stackAuth"));
    Path archive =
        path(input.object("archive"), "directory", DATA_DIRECTORY.resolve("archive").toString());
    int lanes = LaneSetting.read(input.object("worker"), source, target);
    HookSettings hooks =
        new HookSettingsReader(environment, problems)
            .read(input.object(HookSettingsReader.SECTION));
    JsonInput temporalInput = input.object("temporal");
    TemporalSettings temporal =
        new TemporalSettings(
            temporalInput.text("taskQueue", FreezeBackfill.TASK_QUEUE),
            temporalInput.text("address", null),
            temporalInput.text("namespace", null),
            new PayloadKeyReader(environment, problems).read(),
            temporalInput.choice(
                "versioning", Versioning.class, Versioning::jsonName, Versioning.NONE),
            temporalInput.text("buildId", null));
    HttpSettings http = http(input);
    LogSettings log = log(input);
    JsonNode request = tree.get("request");
    // Taken out, since it has a reader of its own, which knows its keys.
    tree.remove("request");
    input.object("request");
    problems.addAll(input.problems());
    return new WorkerSettings(
        source, target, stackAuth, archive, lanes, hooks, temporal, http, log, request);
  }

  private DatabaseSettings source(JsonInput input) {
    return database(input.object("source"), "source", Secret.SOURCE_PASSWORD, SOURCE_CONNECTIONS);
  }

  private DatabaseSettings target(JsonInput input) {
    return database(input.object("target"), "target", Secret.TARGET_PASSWORD, TARGET_CONNECTIONS);
  }

  private static LogSettings log(JsonInput input) {
    JsonInput log = input.object("log");
    Path file = path(log, "file", DATA_DIRECTORY.resolve("logs/overwinter.log").toString());
    LogSettings.Format format =
        log.choice(
            "format",
            LogSettings.Format.class,
            LogSettings.Format::jsonName,
            LogSettings.Format.TEXT);
    return new LogSettings(file.toString(), format);
  }

  private static HttpSettings http(JsonInput input) {
    JsonInput http = input.object("http");
    return HttpSettings.parse(http.text("address", null))
        .orElseGet(
            () -> {
              http.problem("address", HttpSettings.REMEDY);
              return new HttpSettings(Optional.empty(), true);
            });
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
