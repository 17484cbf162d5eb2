package dev.overwinter.worker.secrecy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key for payloads, 256 bits, with an id that follows from it: nobody has to name keys, and no
 * name can stand for two of them. Its text form shows the id only.
 */
public final class PayloadKey {
  private static final int BYTES = 32;
  private static final int ID_BYTES = 8;
  private static final byte[] ID_PURPOSE =
      "overwinter payload key id".getBytes(StandardCharsets.US_ASCII);

  private final byte[] bytes;
  private final String id;

  private PayloadKey(byte[] bytes) {
    this.bytes = bytes;
    this.id = idOf(bytes);
  }

  /** A new random key. */
  public static PayloadKey random() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return new PayloadKey(bytes);
  }

  /**
   * Reads a key as {@link #base64()} writes it.
   *
   * @throws IllegalArgumentException when it is none; the message does not quote it
   */
  public static PayloadKey parse(String base64) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64.strip());
    } catch (IllegalArgumentException e) {
      // The decoder's message quotes a character of the key.
      throw new IllegalArgumentException("is not base64");
    }
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("holds %d bytes, not %d".formatted(bytes.length, BYTES));
    }
    return new PayloadKey(bytes);
  }

  private static String idOf(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(ID_PURPOSE), 0, ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  /** Tells which key this is without telling the key; stands beside every payload. */
  public String id() {
    return id;
  }

  /** The key itself, a secret, as it is kept in a variable or file. */
  public String base64() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  SecretKey cipherKey() {
    return new SecretKeySpec(bytes, "AES");
  }

  @Override
  public String toString() {
    return "payload key " + id;
  }
}
