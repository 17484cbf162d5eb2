package dev.overwinter.worker.secrecy;

import io.temporal.payload.codec.PayloadCodecException;

/**
 * An encrypted payload cannot be read: this process lacks the key, or the payload is damaged. Not a
 * {@code DataConverterException} on purpose: Temporal drops a signal for such a one, while for this
 * one the run waits for a worker that can read it.
 */
public final class UnreadablePayloadException extends PayloadCodecException {
  private final String keyId;

  private UnreadablePayloadException(String message, String keyId) {
    super(message);
    this.keyId = keyId;
  }

  static UnreadablePayloadException keyMissing(String keyId, PayloadKeys keys) {
    String has =
        keys.ids().isEmpty() ? "there is none here" : "here is " + String.join(", ", keys.ids());
    return new UnreadablePayloadException(
        "Payload key %s is missing (%s). Give it to this process as OVERWINTER_PAYLOAD_KEY, or among OVERWINTER_PAYLOAD_OLD_KEYS, and start it again."
            .formatted(keyId, has),
        keyId);
  }

  static UnreadablePayloadException damaged(String keyId) {
    return new UnreadablePayloadException(
        "A payload does not decrypt with payload key %s, which it names: it was damaged or changed in Temporal."
            .formatted(keyId),
        keyId);
  }

  /** The id of the key that the payload names. */
  public String keyId() {
    return keyId;
  }
}
