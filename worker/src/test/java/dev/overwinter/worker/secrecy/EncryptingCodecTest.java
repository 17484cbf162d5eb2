package dev.overwinter.worker.secrecy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.failure.v1.Failure;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncryptingCodecTest {
  private static final PayloadKey KEY = PayloadKey.random();
  private static final PayloadKey OTHER = PayloadKey.random();

  private final EncryptingCodec codec = new EncryptingCodec(PayloadKeys.of(KEY, List.of()));

  @Test
  void what_is_encrypted_shows_nothing_but_the_key_id_and_comes_back_whole() {
    Payload payload = json("\"public.invoices\"");

    Payload encrypted = codec.encode(List.of(payload)).get(0);

    assertThat(encrypted.toString()).doesNotContain("invoices").doesNotContain("json");
    assertThat(encrypted.getMetadataMap())
        .containsOnlyKeys("encoding", "encryption-key-id")
        .containsEntry("encryption-key-id", ByteString.copyFromUtf8(KEY.id()));
    assertThat(codec.decode(List.of(encrypted))).containsExactly(payload);
  }

  @Test
  void the_same_payload_never_looks_the_same() {
    Payload payload = json("1");

    assertThat(codec.encode(List.of(payload, payload))).doesNotHaveDuplicates();
  }

  @Test
  void what_an_operator_typed_in_plain_is_read_as_it_is() {
    Payload typed = json("{\"by\":\"ann\"}");

    assertThat(codec.decode(List.of(typed))).containsExactly(typed);
  }

  @Test
  void what_is_encrypted_already_is_not_encrypted_again() {
    List<Payload> encrypted = codec.encode(List.of(json("1")));

    assertThat(codec.encode(encrypted)).isEqualTo(encrypted);
  }

  @Test
  void an_old_key_decrypts_but_does_not_encrypt() {
    Payload encrypted = codec.encode(List.of(json("1"))).get(0);
    EncryptingCodec rotated = new EncryptingCodec(PayloadKeys.of(OTHER, List.of(KEY)));

    assertThat(rotated.decode(List.of(encrypted))).containsExactly(json("1"));
    assertThat(EncryptingCodec.keyIdOf(rotated.encode(List.of(json("1"))).get(0)))
        .contains(OTHER.id());
  }

  @Test
  void a_missing_key_is_named_and_no_key_is_shown() {
    List<Payload> encrypted = codec.encode(List.of(json("1")));
    EncryptingCodec stranger = new EncryptingCodec(PayloadKeys.of(OTHER, List.of()));

    assertThatThrownBy(() -> stranger.decode(encrypted))
        .isInstanceOf(UnreadablePayloadException.class)
        .hasMessageContaining("Payload key " + KEY.id() + " is missing")
        .hasMessageContaining("OVERWINTER_PAYLOAD_OLD_KEYS")
        .hasMessageNotContaining(KEY.base64())
        .hasMessageNotContaining(OTHER.base64());
    assertThatThrownBy(() -> new EncryptingCodec(PayloadKeys.none()).decode(encrypted))
        .hasMessageContaining("there is none here");
  }

  @Test
  void a_payload_that_somebody_changed_is_refused() {
    Payload encrypted = codec.encode(List.of(json("1"))).get(0);
    byte[] data = encrypted.getData().toByteArray();
    data[data.length - 1] ^= 1;
    Payload changed = encrypted.toBuilder().setData(ByteString.copyFrom(data)).build();
    Payload cut = encrypted.toBuilder().setData(encrypted.getData().substring(0, 5)).build();

    assertThatThrownBy(() -> codec.decode(List.of(changed)))
        .isInstanceOf(UnreadablePayloadException.class)
        .hasMessageContaining("damaged or changed");
    assertThatThrownBy(() -> codec.decode(List.of(cut)))
        .isInstanceOf(UnreadablePayloadException.class);
  }

  @Test
  void a_failure_hides_its_message_and_details_but_not_its_type() {
    DataConverter converter =
        SecretDataConverter.of(PayloadKeys.of(KEY, List.of())).withContext(Contexts.workflow());

    Failure failure =
        converter.exceptionToFailure(
            ApplicationFailure.newFailure("grant USAGE on invoices", "AccessDenied", "invoices"));

    assertThat(failure.toString()).contains("AccessDenied").doesNotContain("invoices");
    assertThat(converter.failureToException(failure)).hasMessageContaining("grant USAGE on");
  }

  @Test
  void the_failure_that_names_the_missing_key_can_be_read_by_whoever_lacks_it() {
    DataConverter converter = SecretDataConverter.of(PayloadKeys.of(OTHER, List.of()));
    Payload encrypted = codec.encode(List.of(json("1"))).get(0);

    for (DataConverter each :
        List.of(
            converter,
            converter.withContext(Contexts.workflow()),
            converter.withContext(Contexts.activity()))) {
      assertThatThrownBy(() -> each.fromPayload(encrypted, Integer.class, Integer.class))
          .satisfies(
              thrown ->
                  assertThat(each.exceptionToFailure(thrown).getMessage()).contains(KEY.id()));
    }
  }

  @Test
  void without_a_key_nothing_is_encrypted() {
    DataConverter converter = SecretDataConverter.of(PayloadKeys.none());

    assertThat(converter.toPayload("plain"))
        .isEqualTo(DefaultDataConverter.newDefaultInstance().toPayload("plain"));
    assertThat(converter.exceptionToFailure(new IllegalStateException("plain")).getMessage())
        .isEqualTo("plain");
  }

  private static Payload json(String text) {
    return Payload.newBuilder()
        .putMetadata("encoding", ByteString.copyFromUtf8("json/plain"))
        .setData(ByteString.copyFromUtf8(text))
        .build();
  }
}
