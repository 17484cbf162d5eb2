package dev.overwinter.worker.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.activities.hooks.HookSecret;
import dev.overwinter.activities.hooks.HookSettings;
import dev.overwinter.workflows.request.JsonInput;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Reads whom to tell of the freeze. No problem quotes an address, which may hold a token. */
final class HookSettingsReader {
  static final String SECTION = "hooks";
  static final String URLS = "urls";

  /** So many can be slow one after the other within one attempt. */
  private static final int MOST = 4;

  private final Map<String, String> environment;
  private final List<String> problems;

  /**
   * @param problems takes everything that is wrong
   */
  HookSettingsReader(Map<String, String> environment, List<String> problems) {
    this.environment = environment;
    this.problems = problems;
  }

  /** Addresses as they stand in a variable; a list in the settings file. */
  static List<String> split(String value) {
    return Arrays.stream(value.split("[\\s,]+")).filter(url -> !url.isEmpty()).toList();
  }

  /** Takes one address for a list of one, and what is of no use out, before it can be quoted. */
  void prepare(ObjectNode tree) {
    if (tree.hasNonNull(SECTION) && !tree.get(SECTION).isObject()) {
      tree.remove(SECTION);
      problems.add("hooks must hold urls, a list of addresses");
    }
    if (tree.get(SECTION) instanceof ObjectNode hooks && hooks.path(URLS).isTextual()) {
      List<String> urls = split(hooks.get(URLS).textValue());
      urls.forEach(hooks.putArray(URLS)::add);
    }
  }

  HookSettings read(JsonInput input) {
    List<String> texts = input.texts(URLS, List.of());
    List<URI> urls = new ArrayList<>();
    if (texts.size() > MOST) {
      input.problem(URLS, "holds %d addresses: at most %d are told".formatted(texts.size(), MOST));
    }
    for (int index = 0; index < texts.size(); index++) {
      URI url = url(texts.get(index));
      if (url != null) {
        urls.add(url);
      } else if (!texts.get(index).equals(SecretScan.REFUSED)) {
        input.problem(
            "%s[%d]".formatted(URLS, index),
            "must be an address such as https://status.example.org/overwinter; http:// is for this host only, such as http://localhost:8080/");
      }
    }
    HookSecret secret = secret(!texts.isEmpty());
    return urls.isEmpty() || secret == null ? HookSettings.none() : new HookSettings(urls, secret);
  }

  private static URI url(String text) {
    try {
      URI url = new URI(text.strip());
      boolean complete =
          url.getHost() != null
              && url.getPort() < 65_536
              && url.getRawUserInfo() == null
              && url.getRawFragment() == null;
      boolean safe =
          "https".equalsIgnoreCase(url.getScheme())
              || "http".equalsIgnoreCase(url.getScheme()) && isLoopback(url.getHost());
      return complete && safe ? url : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** By its text: a name that leads here today may lead elsewhere tomorrow. */
  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.\\d{1,3}){3}");
  }

  private HookSecret secret(boolean needed) {
    int problemsBefore = problems.size();
    String text = Secret.HOOK_SECRET.readOptional(environment, problems).strip();
    if (problems.size() > problemsBefore) {
      return null;
    }
    if (text.isEmpty()) {
      if (needed) {
        problems.add(
            "%s is missing: make one with echo \"whsec_$(openssl rand -base64 32)\", set it there or in a file that %s names, and give it to the receivers"
                .formatted(Secret.HOOK_SECRET.variable(), Secret.HOOK_SECRET.fileVariable()));
      }
      return null;
    }
    if (!needed) {
      // Whoever set it believes that somebody is told.
      problems.add(
          "%s is set, but nobody is told of the freeze: set %s or hooks.urls, or unset it"
              .formatted(Secret.HOOK_SECRET.variable(), Variable.HOOK_URLS.variable()));
    }
    try {
      return HookSecret.parse(text);
    } catch (IllegalArgumentException e) {
      problems.add(
          "%s %s: it must be whsec_ and 24 to 64 bytes in base64, as echo \"whsec_$(openssl rand -base64 32)\" makes them"
              .formatted(Secret.HOOK_SECRET.variable(), e.getMessage()));
      return null;
    }
  }
}
