package dev.overwinter.activities.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.postgres.CopyRowReader;
import dev.overwinter.activities.postgres.CopyRowWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JsonRowsTest {
  private static final Map<ValueForm, List<String>> SAMPLES =
      Map.of(
          ValueForm.NUMBER,
          List.of(
              "0",
              "-0",
              "1",
              "-17",
              "9223372036854775807",
              "0.10",
              "-0.000",
              "1e+20",
              "1e-07",
              "1.5e+300",
              "NaN",
              "Infinity",
              "-Infinity",
              "1" + "0".repeat(400),
              "1e400",
              "0." + "0".repeat(1200) + "1",
              "01",
              ".5",
              "5.",
              "+1"),
          ValueForm.BOOLEAN,
          List.of("t", "f"),
          ValueForm.TIMESTAMP,
          List.of(
              "2026-01-02 03:04:05.678901",
              "2026-01-02 03:04:05",
              "infinity",
              "-infinity",
              "0044-03-15 00:00:00 BC",
              "10000-01-01 00:00:00",
              "0001-01-01 00:00:00.5"),
          ValueForm.TIMESTAMP_WITH_ZONE,
          List.of(
              "2026-01-02 03:04:05.678901+00",
              "2026-01-02 03:04:05+00",
              "infinity",
              "-infinity",
              "0044-03-15 00:00:00+00 BC",
              "294276-12-31 23:59:59.999999+00",
              "2026-01-02 03:04:05+05:30",
              "2026-01-02 03:04:05"),
          ValueForm.JSON,
          List.of(
              "{}",
              "[]",
              "null",
              "true",
              "1.50",
              "-0",
              "1E400",
              "\"a\\u0000b\"",
              "\"\"",
              " {\"a\":1}",
              "{\"a\":1}\t",
              "{ \"a\" :\t[1 , 2,{\"b\" : null}] }",
              "{\n\"a\": 1\n}",
              "{\"$text\": \"x\"}",
              "{\"\\u0024text\": \"x\"}",
              "{  \"$bytes\":1}",
              "{\"$parts\":[]}",
              "{\"a\": {\"$text\": 1}}",
              "[{\"$bytes\": 1}]",
              "\"\\ud800\"",
              "{\"é😀\": \"😀\\n\\\\\\\"\", \"\": [[[[]]]]}",
              "\"\u007f\"",
              "[".repeat(3000) + "]".repeat(3000),
              "\r1",
              "[\"" + "é".repeat(9000) + "\"]"),
          ValueForm.TEXT,
          List.of("", "null", "NULL", "\\N", "{\"$text\": \"x\"}", "2026-01-02T03:04:05Z", "true"));

  @Test
  void each_form_gives_back_exactly_what_postgresql_printed() throws Exception {
    for (ValueForm form : ValueForm.values()) {
      List<byte[][]> rows = new ArrayList<>();
      for (String sample : SAMPLES.get(form)) {
        rows.add(new byte[][] {sample.getBytes(UTF_8)});
      }
      rows.add(new byte[][] {null});
      assertThat(roundTrip(rows, List.of(form))).isDeepEqualTo(rows.toArray(byte[][][]::new));
    }
  }

  @Test
  void random_rows_survive_and_each_line_is_a_json_object_with_keys_in_order() throws Exception {
    Random random = new Random(11);
    ObjectMapper mapper = new ObjectMapper(JsonFormat.FACTORY);
    for (int round = 0; round < 300; round++) {
      List<ValueForm> forms =
          IntStream.range(0, random.nextInt(6))
              .mapToObj(it -> ValueForm.values()[random.nextInt(ValueForm.values().length)])
              .toList();
      List<byte[][]> rows = new ArrayList<>();
      for (int row = random.nextInt(30); row > 0; row--) {
        rows.add(forms.stream().map(it -> randomValue(random, it)).toArray(byte[][]::new));
      }
      assertThat(roundTrip(rows, forms)).isDeepEqualTo(rows.toArray(byte[][][]::new));
      byte[] file = encode(rows, forms);
      List<String> lines = new String(file, UTF_8).lines().toList();
      assertThat(lines).hasSize(rows.size());
      for (String line : lines) {
        if (line.contains("[[[[[") || line.length() > 20_000) {
          continue;
        }
        JsonNode node = mapper.readTree(line);
        assertThat(node.fieldNames())
            .toIterable()
            .containsExactlyElementsOf(columns(forms).stream().map(CopiedColumn::name).toList());
      }
    }
  }

  @Test
  void every_control_character_and_plane_of_unicode_survives() throws Exception {
    StringBuilder all = new StringBuilder();
    IntStream.rangeClosed(1, 0x2ff).forEach(all::appendCodePoint);
    for (int codePoint = 0x300; codePoint <= 0x10ffff; codePoint += 0x3f1) {
      if (codePoint < 0xd800 || codePoint > 0xdfff) {
        all.appendCodePoint(codePoint);
      }
    }
    byte[] text = all.toString().getBytes(UTF_8);
    List<byte[][]> rows = List.<byte[][]>of(new byte[][] {text});
    assertThat(roundTrip(rows, List.of(ValueForm.TEXT)))
        .isDeepEqualTo(rows.toArray(byte[][][]::new));
  }

  @Test
  void values_of_many_megabytes_are_cut_between_characters_and_joined_again() throws Exception {
    byte[] text = ("x" + "😀é\n".repeat(400_000)).getBytes(UTF_8);
    byte[] json = ("{\"a\": \"" + "é".repeat(1_000_000) + "\"}").getBytes(UTF_8);
    byte[][] row = {text, json, "1".getBytes(UTF_8)};
    List<byte[][]> rows = List.of(row, row.clone());
    List<ValueForm> forms = List.of(ValueForm.TEXT, ValueForm.JSON, ValueForm.NUMBER);
    assertThat(roundTrip(rows, forms)).isDeepEqualTo(rows.toArray(byte[][][]::new));
  }

  @Test
  void people_find_plain_json() throws Exception {
    List<ValueForm> forms =
        List.of(
            ValueForm.NUMBER,
            ValueForm.BOOLEAN,
            ValueForm.TIMESTAMP_WITH_ZONE,
            ValueForm.JSON,
            ValueForm.TEXT);
    byte[][] row = {
      "12.50".getBytes(UTF_8),
      "t".getBytes(UTF_8),
      "2026-01-02 03:04:05.678901+00".getBytes(UTF_8),
      "{\"a\": [1]}".getBytes(UTF_8),
      null
    };
    assertThat(new String(encode(List.<byte[][]>of(row), forms), UTF_8))
        .isEqualTo(
            """
            {"column 0":12.50,"column 1":true,"column 2":"2026-01-02T03:04:05.678901Z",\
            "column 3":{"a": [1]},"column 4":null}
            """);
  }

  @Test
  void lines_that_are_not_the_tables_rows_are_called_damaged() {
    List<CopiedColumn> columns = columns(List.of(ValueForm.NUMBER, ValueForm.TEXT));
    for (String line :
        List.of(
            "{\"column 0\":1",
            "[]",
            "{\"column 0\":1}",
            "nonsense",
            "{\"column 1\":1}",
            "{\"column 0\":1,\"column 1\":\"\",\"column 2\":1}",
            "{\"column 0\":{\"a\":1}}",
            "{\"column 0\":[1],\"column 1\":\"\"}",
            "{\"column 0\":{\"$bytes\":5,\"$parts\":[\"abc\"]},\"column 1\":\"\"}")) {
      assertThatThrownBy(() -> decode(line.getBytes(UTF_8), columns))
          .as(line)
          .isInstanceOf(DamagedPartException.class);
    }
  }

  private static byte[] randomValue(Random random, ValueForm form) {
    List<String> samples = SAMPLES.get(form);
    String text =
        switch (random.nextInt(8)) {
          case 0 -> null;
          case 1, 2, 3 -> samples.get(random.nextInt(samples.size()));
          default -> made(random, form);
        };
    return text == null ? null : text.getBytes(UTF_8);
  }

  private static String made(Random random, ValueForm form) {
    Supplier<String> text =
        () -> {
          StringBuilder made = new StringBuilder();
          for (int i = random.nextInt(12); i > 0; i--) {
            made.appendCodePoint(
                random.nextInt(3) > 0 ? 1 + random.nextInt(0x7f) : 0x1f600 + random.nextInt(50));
          }
          return made.toString();
        };
    return switch (form) {
      case NUMBER -> Double.toString(random.nextGaussian());
      case BOOLEAN -> random.nextBoolean() ? "t" : "f";
      case TIMESTAMP -> "2026-%02d-01 00:00:00".formatted(1 + random.nextInt(12));
      case TIMESTAMP_WITH_ZONE -> "2026-%02d-01 00:00:00+00".formatted(1 + random.nextInt(12));
      case JSON -> new ObjectMapper().createObjectNode().put(text.get(), text.get()).toString();
      case TEXT -> text.get();
    };
  }

  private static byte[][][] roundTrip(List<byte[][]> rows, List<ValueForm> forms)
      throws IOException, SQLException {
    return decode(encode(rows, forms), columns(forms));
  }

  private static byte[] encode(List<byte[][]> rows, List<ValueForm> forms)
      throws IOException, SQLException {
    ByteArrayOutputStream copyText = new ByteArrayOutputStream();
    CopyRowWriter copyWriter = new CopyRowWriter(copyText::write);
    for (byte[][] row : rows) {
      copyWriter.write(row);
    }
    copyWriter.flush();
    List<byte[]> messages = new ArrayList<>(List.of(copyText.toByteArray()));
    CopyRowReader reader =
        new CopyRowReader(() -> messages.isEmpty() ? null : messages.remove(0), forms.size());
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (JsonRowWriter writer = new JsonRowWriter(file, columns(forms))) {
      while (reader.next()) {
        writer.write(reader);
      }
    }
    return file.toByteArray();
  }

  private static byte[][][] decode(byte[] file, List<CopiedColumn> columns) throws IOException {
    List<byte[][]> rows = new ArrayList<>();
    try (JsonRowReader reader = new JsonRowReader(new ByteArrayInputStream(file), columns)) {
      for (byte[][] row = reader.next(); row != null; row = reader.next()) {
        rows.add(row.clone());
      }
    }
    return rows.toArray(byte[][][]::new);
  }

  private static List<CopiedColumn> columns(List<ValueForm> forms) {
    return IntStream.range(0, forms.size())
        .mapToObj(it -> new CopiedColumn("column " + it, "any", "any", forms.get(it), null))
        .toList();
  }
}
