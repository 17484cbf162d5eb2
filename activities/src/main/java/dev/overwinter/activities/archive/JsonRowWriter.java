package dev.overwinter.activities.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import dev.overwinter.activities.postgres.CopyRowReader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Writes rows as JSON Lines, one object a row, its keys in the order of the columns. */
final class JsonRowWriter implements AutoCloseable {
  private final JsonGenerator generator;
  private final SerializedString[] names;
  private final ValueForm[] forms;

  /** Closing the writer closes the stream. */
  JsonRowWriter(OutputStream stream, List<CopiedColumn> columns) throws IOException {
    generator = JsonFormat.FACTORY.createGenerator(stream);
    generator.setRootValueSeparator(new SerializedString(""));
    names =
        columns.stream()
            .map(column -> new SerializedString(column.name()))
            .toArray(SerializedString[]::new);
    forms = columns.stream().map(CopiedColumn::form).toArray(ValueForm[]::new);
  }

  void write(CopyRowReader row) throws IOException {
    generator.writeStartObject();
    for (int column = 0; column < names.length; column++) {
      generator.writeFieldName(names[column]);
      if (row.isNull(column)) {
        generator.writeNull();
      } else {
        writeValue(forms[column], row.bytes(), row.start(column), row.length(column));
      }
    }
    generator.writeEndObject();
    generator.writeRaw('\n');
  }

  private void writeValue(ValueForm form, byte[] bytes, int start, int length) throws IOException {
    if (length > JsonFormat.PART_BYTES) {
      writeParts(bytes, start, length);
      return;
    }
    switch (form) {
      case NUMBER -> writeNumber(bytes, start, length);
      case BOOLEAN -> writeBoolean(bytes, start, length);
      case TIMESTAMP -> writeTimestamp(bytes, start, length, "");
      case TIMESTAMP_WITH_ZONE -> writeTimestamp(bytes, start, length, "+00");
      case JSON -> writeDocument(bytes, start, length);
      case TEXT -> generator.writeUTF8String(bytes, start, length);
    }
  }

  private void writeNumber(byte[] bytes, int start, int length) throws IOException {
    if (TextForms.isJsonNumber(bytes, start, length)) {
      generator.writeNumber(new String(bytes, start, length, ISO_8859_1));
    } else {
      generator.writeUTF8String(bytes, start, length);
    }
  }

  private void writeBoolean(byte[] bytes, int start, int length) throws IOException {
    if (length == 1 && (bytes[start] == 't' || bytes[start] == 'f')) {
      generator.writeBoolean(bytes[start] == 't');
    } else {
      generator.writeUTF8String(bytes, start, length);
    }
  }

  private void writeTimestamp(byte[] bytes, int start, int length, String zone) throws IOException {
    String text = new String(bytes, start, length, UTF_8);
    generator.writeString(TextForms.toIsoTimestamp(text, zone));
  }

  private void writeDocument(byte[] bytes, int start, int length) throws IOException {
    String text = new String(bytes, start, length, UTF_8);
    if (TextForms.isEmbeddable(text)) {
      generator.writeRawValue(text);
      return;
    }
    generator.writeStartObject();
    generator.writeStringField(JsonFormat.TEXT, text);
    generator.writeEndObject();
  }

  private void writeParts(byte[] bytes, int start, int length) throws IOException {
    generator.writeStartObject();
    generator.writeNumberField(JsonFormat.BYTES, length);
    generator.writeArrayFieldStart(JsonFormat.PARTS);
    int end = start + length;
    int from = start;
    while (from < end) {
      int to = Math.min(from + JsonFormat.PART_BYTES, end);
      while (to < end && (bytes[to] & 0xc0) == 0x80) {
        to--;
      }
      generator.writeUTF8String(bytes, from, to - from);
      from = to;
    }
    generator.writeEndArray();
    generator.writeEndObject();
  }

  /** Hands everything to the stream and flushes it. */
  void flush() throws IOException {
    generator.flush();
  }

  @Override
  public void close() throws IOException {
    generator.close();
  }
}
