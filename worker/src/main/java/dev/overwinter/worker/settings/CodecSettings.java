package dev.overwinter.worker.settings;

import dev.overwinter.worker.secrecy.PayloadKeys;
import java.util.Objects;

/**
 * What the codec endpoint is told. Its text form shows no secret.
 *
 * @param payloadKeys at least one
 * @param token what callers must name; empty for none
 */
public record CodecSettings(PayloadKeys payloadKeys, String token) {
  public CodecSettings {
    Objects.requireNonNull(payloadKeys, "payloadKeys");
    Objects.requireNonNull(token, "token");
  }

  @Override
  public String toString() {
    return "CodecSettings[%s, token %s]".formatted(payloadKeys, token.isEmpty() ? "none" : "set");
  }
}
