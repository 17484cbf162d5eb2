package dev.overwinter.worker.log;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

/** Writes each event by a pattern or, when told so, as one JSON object on one line. */
public final class LineEncoder extends PatternLayoutEncoder {
  private static final JsonFactory JSON = new JsonFactory();

  /** Temporal's names of what a line belongs to, and ours. */
  private static final List<Map.Entry<String, String>> CONTEXT =
      List.of(
          Map.entry("WorkflowId", "workflowId"),
          Map.entry("RunId", "runId"),
          Map.entry("WorkflowType", "workflowType"),
          Map.entry("ActivityType", "activityType"),
          Map.entry("ActivityId", "activityId"),
          Map.entry("UpdateName", "updateName"));

  private boolean json;

  /**
   * @param format {@code json}, or anything else for the pattern
   */
  public void setFormat(String format) {
    json = format.equals("json");
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return json ? toJson(event) : super.encode(event);
  }

  private static byte[] toJson(ILoggingEvent event) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(line)) {
      generator.writeStartObject();
      generator.writeStringField(
          "timestamp", DateTimeFormatter.ISO_INSTANT.format(event.getInstant()));
      generator.writeStringField("level", event.getLevel().toString());
      generator.writeStringField("logger", event.getLoggerName());
      generator.writeStringField("thread", event.getThreadName());
      generator.writeStringField("message", event.getFormattedMessage());
      writeContext(generator, event.getMDCPropertyMap());
      if (event.getThrowableProxy() != null) {
        generator.writeArrayFieldStart("trace");
        for (String part : SafeTrace.lines(event.getThrowableProxy())) {
          generator.writeString(part.strip());
        }
        generator.writeEndArray();
      }
      generator.writeEndObject();
      generator.writeRaw('\n');
    } catch (IOException e) {
      throw new IllegalStateException("memory takes every byte", e);
    }
    return line.toByteArray();
  }

  private static void writeContext(JsonGenerator generator, Map<String, String> context)
      throws IOException {
    for (Map.Entry<String, String> name : CONTEXT) {
      String value = context.get(name.getKey());
      if (value != null) {
        generator.writeStringField(name.getValue(), value);
      }
    }
    String attempt = context.get("Attempt");
    if (attempt != null && attempt.matches("\\d{1,9}")) {
      generator.writeNumberField("attempt", Integer.parseInt(attempt));
    }
  }
}
