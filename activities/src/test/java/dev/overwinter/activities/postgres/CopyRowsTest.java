package dev.overwinter.activities.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CopyRowsTest {
  private static final String ALPHABET = "ab\\\t\n\r\b\f\u000bNx.0\"'é😀\u0001\u007f";

  @Test
  void rows_come_back_as_written_however_the_stream_is_cut() throws SQLException {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      int columns = random.nextInt(4);
      List<byte[][]> rows = new ArrayList<>();
      for (int row = random.nextInt(6); row > 0; row--) {
        rows.add(randomRow(random, columns));
      }
      byte[] text = write(rows);
      assertThat(read(cut(text, random), columns)).isDeepEqualTo(rows.toArray(byte[][][]::new));
    }
  }

  @Test
  void null_and_its_look_alikes_are_kept_apart() throws SQLException {
    byte[][] row = {null, bytes(""), bytes("\\N"), bytes("N"), bytes("\\."), bytes("\\\\N")};
    assertThat(read(cut(write(List.<byte[][]>of(row)), new Random(1)), 6))
        .isDeepEqualTo(new byte[][][] {row});
  }

  @Test
  void a_value_larger_than_a_message_is_written_whole() throws SQLException {
    byte[] large = new byte[300_000];
    Arrays.fill(large, (byte) '\\');
    byte[][] row = {large, bytes("end")};
    assertThat(read(cut(write(List.<byte[][]>of(row)), new Random(1)), 2))
        .isDeepEqualTo(new byte[][][] {row});
  }

  @Test
  void text_that_is_no_such_row_is_refused() {
    for (String text : List.of("a\n", "a\tb\tc\n", "a\tb", "a\tb\\\n", "a\tx\\N\n")) {
      Queue<byte[]> messages = new ArrayDeque<>(List.of(bytes(text)));
      assertThatThrownBy(() -> read(messages, 2)).isInstanceOf(IllegalStateException.class);
    }
  }

  private static byte[][] randomRow(Random random, int columns) {
    byte[][] row = new byte[columns][];
    int[] characters = ALPHABET.codePoints().toArray();
    for (int column = 0; column < columns; column++) {
      if (random.nextInt(5) > 0) {
        StringBuilder value = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
          value.appendCodePoint(characters[random.nextInt(characters.length)]);
        }
        row[column] = bytes(value.toString());
      }
    }
    return row;
  }

  private static byte[] write(List<byte[][]> rows) throws SQLException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    CopyRowWriter writer = new CopyRowWriter(text::write);
    for (byte[][] row : rows) {
      writer.write(row);
    }
    writer.flush();
    assertThat(writer.bytes()).isEqualTo(text.size());
    return text.toByteArray();
  }

  private static Queue<byte[]> cut(byte[] text, Random random) {
    Queue<byte[]> messages = new ArrayDeque<>();
    int from = 0;
    while (from < text.length) {
      int longest = text.length > 1000 ? 100_000 : 10;
      int to = Math.min(text.length, from + random.nextInt(longest));
      messages.add(Arrays.copyOfRange(text, from, to));
      from = to;
    }
    return messages;
  }

  private static byte[][][] read(Queue<byte[]> messages, int columns) throws SQLException {
    CopyRowReader reader = new CopyRowReader(messages::poll, columns);
    List<byte[][]> rows = new ArrayList<>();
    while (reader.next()) {
      byte[][] row = new byte[columns][];
      for (int column = 0; column < columns; column++) {
        int start = reader.start(column);
        row[column] =
            reader.isNull(column)
                ? null
                : Arrays.copyOfRange(reader.bytes(), start, start + reader.length(column));
      }
      rows.add(row);
    }
    return rows.toArray(byte[][][]::new);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
