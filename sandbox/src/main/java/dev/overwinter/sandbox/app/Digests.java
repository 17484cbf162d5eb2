package dev.overwinter.sandbox.app;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;

/** Values that look random and are the same every time. */
final class Digests {
  private Digests() {}

  /** The id that the seed script gives the n-th thing of a kind: an MD5 dressed as a version 4. */
  static UUID id(long seed, String kind, long n) {
    StringBuilder hex = new StringBuilder(md5(seed + ":" + kind + ":" + n));
    hex.setCharAt(12, '4');
    hex.setCharAt(16, '8');
    for (int dash : new int[] {20, 16, 12, 8}) {
      hex.insert(dash, '-');
    }
    return UUID.fromString(hex.toString());
  }

  static String md5(String text) {
    return HexFormat.of().formatHex(md5Bytes(text));
  }

  /** 16 bytes. */
  static byte[] md5Bytes(String text) {
    return digest("MD5", text);
  }

  /** What Supabase Auth leaves of an e-mail, phone or identity when it deletes a user softly. */
  static String obfuscated(UUID user, String text) {
    byte[] digest = digest("SHA-256", user + text);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }

  private static byte[] digest(String algorithm, String text) {
    try {
      return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException cause) {
      throw new IllegalStateException("This Java lacks " + algorithm, cause);
    }
  }
}
