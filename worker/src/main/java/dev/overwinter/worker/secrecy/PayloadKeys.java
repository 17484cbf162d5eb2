package dev.overwinter.worker.secrecy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys that a process has: one that it encrypts with and any number that it only decrypts with.
 * Its text form shows ids only.
 */
public final class PayloadKeys {
  private static final PayloadKeys NONE = new PayloadKeys(null, List.of());

  private final PayloadKey current;
  private final Map<String, PayloadKey> byId = new LinkedHashMap<>();

  private PayloadKeys(PayloadKey current, List<PayloadKey> old) {
    this.current = current;
    if (current != null) {
      byId.put(current.id(), current);
    }
    old.forEach(key -> byId.putIfAbsent(key.id(), key));
  }

  /** No key: nothing is encrypted, and what was cannot be read. */
  public static PayloadKeys none() {
    return NONE;
  }

  /**
   * @param current encrypts; null to encrypt nothing
   * @param old decrypt only
   */
  public static PayloadKeys of(PayloadKey current, List<PayloadKey> old) {
    return new PayloadKeys(current, old);
  }

  /** The key that encrypts, if any. */
  public Optional<PayloadKey> current() {
    return Optional.ofNullable(current);
  }

  Optional<PayloadKey> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** The ids of all keys, the current one first. */
  public Set<String> ids() {
    return byId.keySet();
  }

  @Override
  public String toString() {
    return "payload keys " + byId.keySet();
  }
}
