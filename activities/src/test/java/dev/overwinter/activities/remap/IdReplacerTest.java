package dev.overwinter.activities.remap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdReplacerTest {
  private static final UUID OLD = UUID.fromString("0a1b2c3d-0000-4000-8000-00000000000a");
  private static final UUID NEW = UUID.fromString("9f8e7d6c-1111-4111-9111-11111111111f");
  private static final UUID STRANGER = UUID.fromString("0a1b2c3d-0000-4000-8000-00000000000b");

  private final IdReplacer replacer = new IdReplacer(mapping(Map.of(OLD, NEW)));

  private static IdMapping mapping(Map<UUID, UUID> people) {
    IdMapping.Builder builder = new IdMapping.Builder(people.size());
    people.forEach(
        (oldId, newId) ->
            builder.add(
                oldId.getMostSignificantBits(),
                oldId.getLeastSignificantBits(),
                newId.getMostSignificantBits(),
                newId.getLeastSignificantBits()));
    return builder.build();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Templates have O and P for the old id in lower and upper case, and S for a stranger's. */
  private static String fill(String template, UUID id) {
    return template
        .replace("O", id.toString())
        .replace("P", id.toString().toUpperCase(Locale.ROOT))
        .replace("S", STRANGER.toString());
  }

  private void assertReplaced(IdKind kind, String template) {
    byte[] value = bytes(fill(template, OLD));
    assertThat(new String(replacer.replace(kind, value), StandardCharsets.UTF_8))
        .isEqualTo(fill(template, NEW));
    assertThat(value).as("the value given is not written to").isEqualTo(bytes(fill(template, OLD)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          UUID       | O
          TEXT       | O
          TEXT       | P
          UUID_ARRAY | {O}
          UUID_ARRAY | {S,O,NULL,O}
          UUID_ARRAY | [0:1]={O,S}
          UUID_ARRAY | {{O,S},{NULL,O}}
          TEXT_ARRAY | {a,O,"b,c",P,""}
          JSON       | "O"
          JSON       | {"O":"O","b":[{"c":"P"},1.50,"S",null]}
          JSON       | { "a" : "x\\\\" , "b":"O"}
          JSON       | ["ü","O"]
          """)
  void ids_are_replaced_and_all_else_stays(IdKind kind, String template) {
    assertReplaced(kind, template);
  }

  @Test
  void blanks_that_fill_up_a_fixed_length_stay() {
    assertReplaced(IdKind.TEXT, "O    ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          UUID       | S
          TEXT       | by O
          TEXT       | Ox
          TEXT       | ''
          TEXT       | 0A1b2c3d-0000-4000-8000-00000000000a
          TEXT       | 0a1b2c3d000040008000000000000000000a
          UUID_ARRAY | {}
          UUID_ARRAY | {NULL}
          TEXT_ARRAY | {"a,O,b","{O}","\\"O"}
          TEXT_ARRAY | {xO,Ox}
          JSON       | {"a":"by O","b":"O!","c":"\\"O","d":"O\\""}
          JSON       | ["\\\\\\"O"]
          JSON       | {}
          """)
  void a_value_without_a_known_id_is_returned_as_it_was_given(IdKind kind, String template) {
    byte[] value = bytes(fill(template, OLD));

    assertThat(replacer.replace(kind, value)).isSameAs(value);
  }

  @Test
  void everybody_in_a_large_mapping_is_found_and_nobody_else() {
    Random random = new Random(7);
    Map<UUID, UUID> people = new HashMap<>();
    // Some ids as libraries make them that count: almost all bits are equal.
    for (int i = 0; i < 50_000; i++) {
      UUID oldId =
          i % 2 == 0 ? new UUID(random.nextLong(), random.nextLong()) : new UUID(1L << 40, i);
      people.put(oldId, new UUID(random.nextLong(), random.nextLong() | 1));
    }
    people.put(new UUID(0, 0), new UUID(5, 5));
    IdMapping mapping = mapping(people);

    people.forEach(
        (oldId, newId) -> {
          int at = mapping.find(oldId.getMostSignificantBits(), oldId.getLeastSignificantBits());
          assertThat(new UUID(mapping.newHigh(at), mapping.newLow(at))).isEqualTo(newId);
        });
    assertThat(mapping.find(3, 3)).isEqualTo(-1);
    assertThat(mapping(Map.of()).find(0, 0)).isEqualTo(-1);
  }

  @Test
  void an_old_id_cannot_have_two_new_ones() {
    IdMapping.Builder builder = new IdMapping.Builder(2);
    builder.add(1, 1, 2, 2);

    assertThatThrownBy(() -> builder.add(1, 1, 3, 3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.add(4, 4, 0, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
