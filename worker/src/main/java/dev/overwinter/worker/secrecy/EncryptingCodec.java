package dev.overwinter.worker.secrecy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.temporal.api.common.v1.Payload;
import io.temporal.payload.codec.PayloadCodec;
import io.temporal.payload.context.ActivitySerializationContext;
import io.temporal.payload.context.SerializationContext;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts whole payloads, their metadata included, with AES-256-GCM. The key's id stands beside
 * the cipher text and is authenticated with it. What is not encrypted passes when decoding, so that
 * an operator may type plain JSON; without a current key, everything passes when encoding.
 * Thread-safe.
 */
public final class EncryptingCodec implements PayloadCodec {
  static final String ENCODING = "encoding";
  static final String ENCRYPTED = "binary/encrypted";
  static final String KEY_ID = "encryption-key-id";

  private static final Logger LOG = LoggerFactory.getLogger(EncryptingCodec.class);
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final PayloadKeys keys;
  private final boolean isOfActivity;
  private final SecureRandom random = new SecureRandom();

  public EncryptingCodec(PayloadKeys keys) {
    this(keys, false);
  }

  private EncryptingCodec(PayloadKeys keys, boolean isOfActivity) {
    this.keys = keys;
    this.isOfActivity = isOfActivity;
  }

  /** The id of the key that a payload names; empty when it is not encrypted. */
  static Optional<String> keyIdOf(Payload payload) {
    return textOf(payload, ENCODING).equals(ENCRYPTED)
        ? Optional.of(textOf(payload, KEY_ID))
        : Optional.empty();
  }

  private static String textOf(Payload payload, String key) {
    return payload.getMetadataOrDefault(key, ByteString.EMPTY).toStringUtf8();
  }

  @Override
  public List<Payload> encode(List<Payload> payloads) {
    return payloads.stream().map(this::encode).toList();
  }

  private Payload encode(Payload payload) {
    // Once is enough: decoding takes off one layer.
    if (keys.current().isEmpty() || keyIdOf(payload).isPresent()) {
      return payload;
    }
    PayloadKey key = keys.current().get();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce).doFinal(payload.toByteArray());
      return Payload.newBuilder()
          .putMetadata(ENCODING, ByteString.copyFromUtf8(ENCRYPTED))
          .putMetadata(KEY_ID, ByteString.copyFromUtf8(key.id()))
          .setData(ByteString.copyFrom(nonce).concat(ByteString.copyFrom(sealed)))
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + CIPHER, e);
    }
  }

  /**
   * @throws UnreadablePayloadException when a key is missing or a payload is damaged
   */
  @Override
  public List<Payload> decode(List<Payload> payloads) {
    try {
      return payloads.stream().map(this::decode).toList();
    } catch (UnreadablePayloadException e) {
      // What Temporal's own log says of it names no cause.
      LOG.error("{}", e.getMessage());
      if (isOfActivity) {
        throw new UnreadableResultError(e);
      }
      throw e;
    }
  }

  private Payload decode(Payload payload) {
    Optional<String> keyId = keyIdOf(payload);
    if (keyId.isEmpty()) {
      return payload;
    }
    String id = keyId.get();
    PayloadKey key =
        keys.find(id).orElseThrow(() -> UnreadablePayloadException.keyMissing(id, keys));
    byte[] data = payload.getData().toByteArray();
    if (data.length <= NONCE_BYTES) {
      throw UnreadablePayloadException.damaged(id);
    }
    byte[] nonce = Arrays.copyOf(data, NONCE_BYTES);
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce);
      return Payload.parseFrom(cipher.doFinal(data, NONCE_BYTES, data.length - NONCE_BYTES));
    } catch (GeneralSecurityException | InvalidProtocolBufferException e) {
      throw UnreadablePayloadException.damaged(id);
    }
  }

  private static Cipher cipher(int mode, PayloadKey key, byte[] nonce)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key.cipherKey(), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(("overwinter payload v1 " + key.id()).getBytes(StandardCharsets.US_ASCII));
    return cipher;
  }

  @Override
  public PayloadCodec withContext(SerializationContext context) {
    return new EncryptingCodec(keys, context instanceof ActivitySerializationContext);
  }
}
