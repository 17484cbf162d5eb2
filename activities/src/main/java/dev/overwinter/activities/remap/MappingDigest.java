package dev.overwinter.activities.remap;

import dev.overwinter.activities.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;

/** SHA-256 over a mapping in the order of the old ids, by which a changed mapping is noticed. */
final class MappingDigest {
  private final MessageDigest sha256 = Sha256.newDigest();
  private final ByteBuffer entry = ByteBuffer.allocate(4 * Long.BYTES);

  void add(UUID oldId, UUID newId) {
    entry.clear();
    entry.putLong(oldId.getMostSignificantBits()).putLong(oldId.getLeastSignificantBits());
    entry.putLong(newId.getMostSignificantBits()).putLong(newId.getLeastSignificantBits());
    sha256.update(entry.array());
  }

  /** Hexadecimal; ends the digest. */
  String finish() {
    return HexFormat.of().formatHex(sha256.digest());
  }
}
