package dev.overwinter.worker.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses secrets in a settings file, which is kept, shared and shown. What it finds it takes out
 * of the tree, so that nothing that comes after can quote it.
 */
final class SecretScan {
  private static final Set<String> SECRET_KEYS =
      Set.of(
          "password",
          "passwd",
          "passphrase",
          "pwd",
          "pass",
          "secret",
          "secretkey",
          "secretserverkey",
          "serverkey",
          "servicerolekey",
          "apikey",
          "token",
          "payloadkey",
          "payloadoldkeys",
          "codectoken");

  private static final Pattern SECRET_VALUE =
      Pattern.compile(
          "://[^/?#\\s]*@|[?&](ssl)?password=|\\bssk_|-----BEGIN", Pattern.CASE_INSENSITIVE);

  /** Stands in for a refused address, so that it is not also called missing. */
  static final String REFUSED = "postgresql://refused/refused";

  private final List<String> problems;

  SecretScan(List<String> problems) {
    this.problems = problems;
  }

  /** Whether a text holds a secret, or a user name where one would be followed by a password. */
  static boolean holdsSecret(String text) {
    return SECRET_VALUE.matcher(text).find();
  }

  void scan(ObjectNode object) {
    scan(object, "");
  }

  private void scan(JsonNode node, String path) {
    if (node instanceof ObjectNode object) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        scanEntry(object, key, path.isEmpty() ? key : path + "." + key);
      }
    } else if (node instanceof ArrayNode array) {
      for (int index = 0; index < array.size(); index++) {
        String elementPath = path + "[" + index + "]";
        if (array.get(index).isTextual() && holdsSecret(array.get(index).textValue())) {
          array.set(index, REFUSED);
          problems.add(refusal(elementPath));
        } else {
          scan(array.get(index), elementPath);
        }
      }
    }
  }

  private void scanEntry(ObjectNode object, String key, String path) {
    JsonNode value = object.get(key);
    if (SECRET_KEYS.contains(key.toLowerCase(Locale.ROOT).replaceAll("[_-]", ""))) {
      object.remove(key);
      problems.add(refusal(path));
    } else if (value.isTextual() && holdsSecret(value.textValue())) {
      object.put(key, REFUSED);
      problems.add(refusal(path));
    } else {
      scan(value, path);
    }
  }

  private static String refusal(String path) {
    String variables =
        switch (path.split("\\.")[0]) {
          case "source" -> Secret.SOURCE_PASSWORD.variable();
          case "target" -> Secret.TARGET_PASSWORD.variable();
          case "stackAuth" -> Secret.STACK_SECRET_KEY.variable();
          case "hooks" ->
              "%s, and addresses with a user or password in them as %s"
                  .formatted(Secret.HOOK_SECRET.variable(), Variable.HOOK_URLS.variable());
          case "temporal" -> "TEMPORAL_API_KEY, or " + Secret.PAYLOAD_KEY.variable();
          default ->
              "%s, %s or %s"
                  .formatted(
                      Secret.SOURCE_PASSWORD.variable(),
                      Secret.TARGET_PASSWORD.variable(),
                      Secret.STACK_SECRET_KEY.variable());
        };
    return "%s holds a secret or user name, which has no place there: take it out, change it if the file was shared, and give secrets as %s"
        .formatted(path, variables);
  }
}
