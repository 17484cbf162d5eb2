package dev.overwinter.activities.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.overwinter.activities.archive.CopiedTable.CopiedColumn;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/** Reads what {@link JsonRowWriter} wrote, back into PostgreSQL's text forms. Not thread-safe. */
final class JsonRowReader implements AutoCloseable {
  private final RetainingInputStream stream;
  private final JsonParser parser;
  private final List<CopiedColumn> columns;
  private final byte[][] values;

  /** Closing the reader closes the stream. */
  JsonRowReader(InputStream in, List<CopiedColumn> columns) throws IOException {
    this.stream = new RetainingInputStream(in);
    this.parser = JsonFormat.FACTORY.createParser(stream);
    this.columns = columns;
    this.values = new byte[columns.size()][];
  }

  /**
   * The next row's values, null for NULL, in an array that the row after it overwrites.
   *
   * @return null after the last row
   * @throws DamagedPartException when there is something else than such a row
   */
  byte[][] next() throws IOException {
    Arrays.fill(values, null);
    try {
      stream.forgetBefore(parser.currentLocation().getByteOffset());
      JsonToken token = parser.nextToken();
      if (token == null) {
        return null;
      }
      require(token == JsonToken.START_OBJECT);
      for (int column = 0; column < values.length; column++) {
        require(parser.nextToken() == JsonToken.FIELD_NAME);
        require(columns.get(column).name().equals(parser.currentName()));
        values[column] = readValue(columns.get(column).form());
      }
      require(parser.nextToken() == JsonToken.END_OBJECT);
      return values;
    } catch (JsonProcessingException e) {
      throw new DamagedPartException("is no JSON");
    }
  }

  private byte[] readValue(ValueForm form) throws IOException {
    JsonToken token = parser.nextToken();
    require(token != null);
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (form == ValueForm.JSON || token == JsonToken.START_OBJECT) {
      return readDocument(token, form);
    }
    return switch (token) {
      case VALUE_TRUE -> new byte[] {'t'};
      case VALUE_FALSE -> new byte[] {'f'};
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getText().getBytes(ISO_8859_1);
      case VALUE_STRING -> readText(form);
      default -> throw unexpected();
    };
  }

  private byte[] readText(ValueForm form) throws IOException {
    String text = parser.getText();
    return switch (form) {
      case TIMESTAMP -> TextForms.toPostgresTimestamp(text, "").getBytes(UTF_8);
      case TIMESTAMP_WITH_ZONE -> TextForms.toPostgresTimestamp(text, "+00").getBytes(UTF_8);
      default -> text.getBytes(UTF_8);
    };
  }

  private byte[] readDocument(JsonToken token, ValueForm form) throws IOException {
    long from = parser.currentTokenLocation().getByteOffset();
    if (token == JsonToken.START_OBJECT) {
      JsonToken first = parser.nextToken();
      if (first == JsonToken.FIELD_NAME && parser.currentName().equals(JsonFormat.TEXT)) {
        return readWrappedText();
      }
      if (first == JsonToken.FIELD_NAME && parser.currentName().equals(JsonFormat.BYTES)) {
        return readParts();
      }
      require(form == ValueForm.JSON);
      skipToEndOfObject(first);
    } else {
      parser.skipChildren();
      parser.finishToken();
    }
    return stream.slice(from, parser.currentLocation().getByteOffset());
  }

  private void skipToEndOfObject(JsonToken first) throws IOException {
    JsonToken token = first;
    while (token != JsonToken.END_OBJECT) {
      require(token == JsonToken.FIELD_NAME);
      parser.nextToken();
      parser.skipChildren();
      token = parser.nextToken();
    }
  }

  private byte[] readWrappedText() throws IOException {
    require(parser.nextToken() == JsonToken.VALUE_STRING);
    byte[] text = parser.getText().getBytes(UTF_8);
    require(parser.nextToken() == JsonToken.END_OBJECT);
    return text;
  }

  private byte[] readParts() throws IOException {
    require(parser.nextToken() == JsonToken.VALUE_NUMBER_INT);
    byte[] joined = new byte[parser.getIntValue()];
    require(parser.nextToken() == JsonToken.FIELD_NAME);
    require(parser.currentName().equals(JsonFormat.PARTS));
    require(parser.nextToken() == JsonToken.START_ARRAY);
    int size = 0;
    while (parser.nextToken() == JsonToken.VALUE_STRING) {
      byte[] part = parser.getText().getBytes(UTF_8);
      require(part.length <= joined.length - size);
      System.arraycopy(part, 0, joined, size, part.length);
      size += part.length;
      stream.forgetBefore(parser.currentLocation().getByteOffset());
    }
    require(parser.currentToken() == JsonToken.END_ARRAY && size == joined.length);
    require(parser.nextToken() == JsonToken.END_OBJECT);
    return joined;
  }

  private static void require(boolean asWritten) {
    if (!asWritten) {
      throw unexpected();
    }
  }

  private static DamagedPartException unexpected() {
    return new DamagedPartException("holds something else than the table's rows");
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
