package dev.overwinter.worker.settings;

import dev.overwinter.worker.secrecy.PayloadKey;
import dev.overwinter.worker.secrecy.PayloadKeys;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Reads the payload keys from the environment. */
final class PayloadKeyReader {
  private final Map<String, String> environment;
  private final List<String> problems;

  /**
   * @param problems takes everything that is wrong
   */
  PayloadKeyReader(Map<String, String> environment, List<String> problems) {
    this.environment = environment;
    this.problems = problems;
  }

  /** The keys; none where none is set. */
  PayloadKeys read() {
    int problemsBefore = problems.size();
    List<PayloadKey> current = keys(Secret.PAYLOAD_KEY);
    if (current.isEmpty()
        && Secret.PAYLOAD_KEY.isSet(environment)
        && problems.size() == problemsBefore) {
      // Whoever set it believes that something is encrypted.
      problems.add(
          "%s is empty: set it to a key, or unset it to encrypt nothing"
              .formatted(Secret.PAYLOAD_KEY.variable()));
    }
    if (current.size() > 1) {
      problems.add(
          "%s holds %d keys: leave the one to encrypt with, give the others as %s"
              .formatted(
                  Secret.PAYLOAD_KEY.variable(),
                  current.size(),
                  Secret.PAYLOAD_OLD_KEYS.variable()));
    }
    return PayloadKeys.of(current.isEmpty() ? null : current.get(0), keys(Secret.PAYLOAD_OLD_KEYS));
  }

  private List<PayloadKey> keys(Secret secret) {
    return Arrays.stream(secret.readOptional(environment, problems).split("[\\s,]+"))
        .filter(text -> !text.isEmpty())
        .flatMap(text -> key(secret, text).stream())
        .toList();
  }

  private List<PayloadKey> key(Secret secret, String text) {
    try {
      return List.of(PayloadKey.parse(text));
    } catch (IllegalArgumentException e) {
      problems.add(
          "%s %s: it must be 32 bytes in base64, as overwinter codec --new-key prints them"
              .formatted(secret.variable(), e.getMessage()));
      return List.of();
    }
  }
}
