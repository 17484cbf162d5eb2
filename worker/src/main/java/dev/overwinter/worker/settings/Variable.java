package dev.overwinter.worker.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The environment variables that go before the settings file, each with the key it stands for. */
enum Variable {
  SOURCE_URL("OVERWINTER_SOURCE_URL", "source", "url"),
  SOURCE_USER("OVERWINTER_SOURCE_USER", "source", "user"),
  SOURCE_MAX_CONNECTIONS("OVERWINTER_SOURCE_MAX_CONNECTIONS", "source", "maxConnections"),
  TARGET_URL("OVERWINTER_TARGET_URL", "target", "url"),
  TARGET_USER("OVERWINTER_TARGET_USER", "target", "user"),
  TARGET_MAX_CONNECTIONS("OVERWINTER_TARGET_MAX_CONNECTIONS", "target", "maxConnections"),
  STACK_URL("OVERWINTER_STACK_URL", "stackAuth", "url"),
  STACK_PROJECT_ID("OVERWINTER_STACK_PROJECT_ID", "stackAuth", "projectId"),
  ARCHIVE_DIRECTORY("OVERWINTER_ARCHIVE_DIRECTORY", "archive", "directory"),
  LANES("OVERWINTER_LANES", "worker", "lanes"),
  TASK_QUEUE("OVERWINTER_TASK_QUEUE", "temporal", "taskQueue"),
  VERSIONING("OVERWINTER_VERSIONING", "temporal", "versioning"),
  BUILD_ID("OVERWINTER_BUILD_ID", "temporal", "buildId"),
  HTTP_ADDRESS("OVERWINTER_HTTP_ADDRESS", "http", "address"),
  LOG_FILE("OVERWINTER_LOG_FILE", "log", "file"),
  HOOK_URLS("OVERWINTER_HOOK_URLS", HookSettingsReader.SECTION, HookSettingsReader.URLS),
  LOG_FORMAT("OVERWINTER_LOG_FORMAT", "log", "format");

  static final String PREFIX = "OVERWINTER_";

  /** Read by the launcher script, not here. */
  private static final String JAVA_OPTIONS = "OVERWINTER_JAVA_OPTS";

  private final String variable;
  private final String section;
  private final String key;

  Variable(String variable, String section, String key) {
    this.variable = variable;
    this.section = section;
    this.key = key;
  }

  String variable() {
    return variable;
  }

  String section() {
    return section;
  }

  String key() {
    return key;
  }

  /** Every variable with our prefix that means something. */
  static List<String> known() {
    List<String> names = new ArrayList<>();
    names.add(JAVA_OPTIONS);
    Arrays.stream(values()).map(Variable::variable).forEach(names::add);
    for (Secret secret : Secret.values()) {
      names.add(secret.variable());
      names.add(secret.fileVariable());
    }
    return names;
  }
}
