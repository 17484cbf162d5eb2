package dev.overwinter.worker.secrecy;

import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.failure.v1.Failure;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.payload.context.SerializationContext;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;

/**
 * Temporal's own conversion with {@link EncryptingCodec} around it, messages and stack traces of
 * failures included. Only the failure that says which key is missing stays readable: whoever looks
 * for the cause has not that key either. Thread-safe.
 */
public final class SecretDataConverter implements DataConverter {
  private static final DataConverter PLAIN = DefaultDataConverter.newDefaultInstance();

  private final DataConverter encrypting;

  private SecretDataConverter(DataConverter encrypting) {
    this.encrypting = encrypting;
  }

  /**
   * A conversion with these keys; without a current one it encrypts nothing, yet tells what it
   * cannot read and why.
   */
  public static DataConverter of(PayloadKeys keys) {
    DataConverter encrypting =
        new CodecDataConverter(
            PLAIN, List.of(new EncryptingCodec(keys)), keys.current().isPresent());
    // Loads Java's cryptography here, which takes longer than Temporal lets a workflow's thread
    // think.
    encrypting
        .toPayload("")
        .ifPresent(payload -> encrypting.fromPayload(payload, String.class, String.class));
    return new SecretDataConverter(encrypting);
  }

  @Override
  public Failure exceptionToFailure(Throwable throwable) {
    for (Throwable part = throwable; part != null; part = part.getCause()) {
      if (part instanceof UnreadablePayloadException) {
        return PLAIN.exceptionToFailure(part);
      }
    }
    return encrypting.exceptionToFailure(throwable);
  }

  @Override
  public RuntimeException failureToException(Failure failure) {
    return encrypting.failureToException(failure);
  }

  @Override
  public <T> Optional<Payload> toPayload(T value) {
    return encrypting.toPayload(value);
  }

  @Override
  public <T> T fromPayload(Payload payload, Class<T> valueClass, Type valueType) {
    return encrypting.fromPayload(payload, valueClass, valueType);
  }

  @Override
  public Optional<Payloads> toPayloads(Object... values) {
    return encrypting.toPayloads(values);
  }

  @Override
  public <T> T fromPayloads(
      int index, Optional<Payloads> content, Class<T> valueType, Type valueGenericType) {
    return encrypting.fromPayloads(index, content, valueType, valueGenericType);
  }

  @Override
  public Object[] fromPayloads(
      Optional<Payloads> content, Class<?>[] parameterTypes, Type[] genericParameterTypes) {
    return encrypting.fromPayloads(content, parameterTypes, genericParameterTypes);
  }

  @Override
  public DataConverter withContext(SerializationContext context) {
    return new SecretDataConverter(encrypting.withContext(context));
  }
}
