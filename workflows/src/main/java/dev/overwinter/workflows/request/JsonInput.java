package dev.overwinter.workflows.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Period;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads one JSON object that a person wrote and collects everything that is wrong with it, each
 * problem with the path it is at and what would be right. A wrong or missing value reads as its
 * default, so that reading goes on and all problems are found at once. Not thread-safe.
 */
public final class JsonInput {
  /** More are counted only: a message of a megabyte helps nobody and fits into no history. */
  private static final int MOST_PROBLEMS = 50;

  private static final int MOST_CHARACTERS = 60;

  private final JsonNode node;
  private final String path;
  private final List<String> problems;
  private final Set<String> known = new LinkedHashSet<>();
  private final List<JsonInput> children = new ArrayList<>();

  /**
   * @param node what was given; may be null
   * @param name what it is, for the message when it is no object, such as {@code request}
   */
  public JsonInput(JsonNode node, String name) {
    this(node, "", new ArrayList<>());
    if (node == null || node.isNull() || node.isMissingNode()) {
      problems.add(name + " is missing: give a JSON object");
    } else if (!node.isObject()) {
      problems.add("%s must be a JSON object, not %s".formatted(name, kindOf(node)));
    }
  }

  private JsonInput(JsonNode node, String path, List<String> problems) {
    this.node = node;
    this.path = path;
    this.problems = problems;
  }

  /** The object under a key; an absent one reads as empty. */
  public JsonInput object(String key) {
    JsonNode child = take(key);
    if (child != null && !child.isObject()) {
      wrong(key, "an object", child);
      child = null;
    }
    JsonInput input = new JsonInput(child, pathOf(key), problems);
    children.add(input);
    return input;
  }

  /** The object's own keys, each with an object; for objects whose keys are free. */
  public Map<String, JsonInput> objects() {
    Map<String, JsonInput> objects = new LinkedHashMap<>();
    if (node != null && node.isObject()) {
      node.fieldNames().forEachRemaining(key -> objects.put(key, object(key)));
    }
    return objects;
  }

  /** Whether anything in this object is of the wrong kind or not known. */
  public boolean hasProblems() {
    String below = path + ".";
    List<String> unknown = new ArrayList<>();
    collectUnknown(unknown);
    return !unknown.isEmpty() || problems.stream().anyMatch(it -> it.startsWith(below));
  }

  /** A text, number or truth value as an SQL literal of that kind, or null where absent. */
  public String literal(String key) {
    JsonNode value = take(key);
    if (value == null) {
      return null;
    }
    if (value.isContainerNode() || value.asText().indexOf(0) >= 0) {
      wrong(key, "a text, a number, true or false", value);
      return null;
    }
    if (!value.isTextual()) {
      return value.asText();
    }
    String quoted = value.textValue().replace("'", "''");
    // A backslash is one under either setting of standard_conforming_strings only with E.
    return quoted.contains("\\")
        ? "E'" + quoted.replace("\\", "\\\\") + "'::text"
        : "'" + quoted + "'::text";
  }

  /** A text, or the default where absent. The default may be null. */
  public String text(String key, String defaultValue) {
    JsonNode value = take(key);
    if (value == null) {
      return defaultValue;
    }
    if (!value.isTextual() || value.textValue().isBlank()) {
      wrong(key, "a text that is not empty", value);
      return defaultValue;
    }
    return value.textValue().strip();
  }

  /** A text that must be there. */
  public String requiredText(String key, String whatItIs) {
    if (node == null || !node.hasNonNull(key)) {
      known.add(key);
      if (node != null && node.isObject()) {
        problems.add("%s is missing: %s".formatted(pathOf(key), whatItIs));
      }
      return "";
    }
    return text(key, "");
  }

  /** A whole number within bounds, or the default where absent. */
  public long integer(String key, long defaultValue, long least, long most) {
    JsonNode value = take(key);
    if (value == null) {
      return defaultValue;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < least
        || value.longValue() > most) {
      wrong(key, "a whole number from %d to %d".formatted(least, most), value);
      return defaultValue;
    }
    return value.longValue();
  }

  /** True or false, or the default where absent. */
  public boolean bool(String key, boolean defaultValue) {
    JsonNode value = take(key);
    if (value == null) {
      return defaultValue;
    }
    if (!value.isBoolean()) {
      wrong(key, "true or false", value);
      return defaultValue;
    }
    return value.booleanValue();
  }

  /** An ISO 8601 duration within bounds, such as {@code PT30M} or {@code P90D}, or the default. */
  public Duration duration(String key, Duration defaultValue, Duration least, Duration most) {
    JsonNode value = take(key);
    if (value == null) {
      return defaultValue;
    }
    Duration duration = value.isTextual() ? parseDuration(value.textValue()) : null;
    if (duration == null || duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
      wrong(
          key,
          "an ISO 8601 duration from %s to %s, such as \"%s\""
              .formatted(least, most, defaultValue == null ? "PT1H" : defaultValue),
          value);
      return defaultValue;
    }
    return duration;
  }

  private static Duration parseDuration(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException notADuration) {
      try {
        // P90D is a Duration already; P2W is a Period only.
        Period period = Period.parse(text);
        return period.toTotalMonths() == 0 ? Duration.ofDays(period.getDays()) : null;
      } catch (DateTimeParseException notAPeriod) {
        return null;
      }
    }
  }

  /** One of an enum's values by its JSON name, or the default where absent. */
  public <E extends Enum<E>> E choice(
      String key, Class<E> type, Function<E, String> jsonName, E defaultValue) {
    JsonNode value = take(key);
    return value == null ? defaultValue : choiceOf(key, value, type, jsonName, defaultValue);
  }

  private <E extends Enum<E>> E choiceOf(
      String key, JsonNode value, Class<E> type, Function<E, String> jsonName, E fallback) {
    for (E constant : type.getEnumConstants()) {
      if (value.isTextual() && jsonName.apply(constant).equals(value.textValue())) {
        return constant;
      }
    }
    List<String> names = Arrays.stream(type.getEnumConstants()).map(jsonName).toList();
    wrong(key, "one of " + String.join(", ", names), value);
    return fallback;
  }

  /** The object's own keys, each with one of an enum's values; for objects whose keys are free. */
  public <E extends Enum<E>> Map<String, E> choices(Class<E> type, Function<E, String> jsonName) {
    Map<String, E> result = new LinkedHashMap<>();
    if (node != null && node.isObject()) {
      node.fieldNames()
          .forEachRemaining(
              key -> {
                known.add(key);
                E choice = choiceOf(key, node.get(key), type, jsonName, null);
                if (choice != null) {
                  result.put(key, choice);
                }
              });
    }
    return result;
  }

  /** A list of texts, or the default where absent. */
  public List<String> texts(String key, List<String> defaultValue) {
    JsonNode value = take(key);
    if (value == null) {
      return defaultValue;
    }
    List<String> texts = new ArrayList<>();
    boolean right = value.isArray();
    for (JsonNode element : value) {
      right &= element.isTextual() && !element.textValue().isBlank();
      texts.add(element.asText());
    }
    if (!right) {
      wrong(key, "a list of texts", value);
      return defaultValue;
    }
    return List.copyOf(texts);
  }

  /** Adds a problem of the caller's own at a key. */
  public void problem(String key, String message) {
    problems.add(pathOf(key) + " " + message);
  }

  /**
   * Everything that is wrong, unknown keys included, in the order found; beyond fifty problems only
   * their number. Call after everything was read.
   */
  public List<String> problems() {
    List<String> all = new ArrayList<>(problems);
    collectUnknown(all);
    if (all.size() <= MOST_PROBLEMS) {
      return List.copyOf(all);
    }
    List<String> first = new ArrayList<>(all.subList(0, MOST_PROBLEMS));
    first.add("and %d more".formatted(all.size() - MOST_PROBLEMS));
    return List.copyOf(first);
  }

  private void collectUnknown(List<String> all) {
    if (node != null && node.isObject()) {
      node.fieldNames()
          .forEachRemaining(
              key -> {
                if (!known.contains(key)) {
                  all.add(pathOf(key) + " is not known here: " + hint(key, all.size()));
                }
              });
    }
    children.forEach(child -> child.collectUnknown(all));
  }

  private String hint(String key, int problemsBefore) {
    return problemsBefore < MOST_PROBLEMS ? NearestName.suggestion(shortened(key), known) : "";
  }

  private JsonNode take(String key) {
    known.add(key);
    JsonNode value = node == null ? null : node.get(key);
    return value == null || value.isNull() ? null : value;
  }

  private void wrong(String key, String expected, JsonNode value) {
    problems.add("%s must be %s, not %s".formatted(pathOf(key), expected, kindOf(value)));
  }

  /** Short values are quoted, since they are the operator's own; long ones are only named. */
  private static String kindOf(JsonNode value) {
    if (value.isContainerNode()) {
      return value.isArray() ? "a list" : "an object";
    }
    String text = value.toString();
    return text.length() <= MOST_CHARACTERS ? text : "a text of " + text.length() + " characters";
  }

  private String pathOf(String key) {
    return path.isEmpty() ? shortened(key) : path + "." + shortened(key);
  }

  /** A name that somebody typed, short enough for a message. */
  static String shortened(String name) {
    return name.length() <= MOST_CHARACTERS ? name : name.substring(0, MOST_CHARACTERS) + "…";
  }
}
