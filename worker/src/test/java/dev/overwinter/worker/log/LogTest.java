package dev.overwinter.worker.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.activities.StepThreads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** The logging configuration as it ships. */
class LogTest {
  private static final String ROW = "Key (email)=(ann@example.org) already exists";

  @TempDir Path directory;

  @Test
  void json_has_one_object_a_line_with_what_it_belongs_to() throws Exception {
    Path file = directory.resolve("night.log");
    LoggerContext logging = configured(file.toString(), "json");
    try {
      MDC.put("WorkflowId", "coldchain-night");
      MDC.put("RunId", "0af1");
      MDC.put("ActivityType", "ExportChunks");
      MDC.put("Attempt", "3");
      logging.getLogger("dev.overwinter.test").info("two\nlines of \"{}\"", "text");
    } finally {
      MDC.clear();
    }
    logging.stop();

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(1);
    JsonNode line = new ObjectMapper().readTree(lines.get(0));
    assertThat(line.get("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
    assertThat(line.get("level").asText()).isEqualTo("INFO");
    assertThat(line.get("logger").asText()).isEqualTo("dev.overwinter.test");
    assertThat(line.get("message").asText()).isEqualTo("two\nlines of \"text\"");
    assertThat(line.get("workflowId").asText()).isEqualTo("coldchain-night");
    assertThat(line.get("runId").asText()).isEqualTo("0af1");
    assertThat(line.get("activityType").asText()).isEqualTo("ExportChunks");
    assertThat(line.get("attempt").asInt()).isEqualTo(3);
  }

  @Test
  void exceptions_are_logged_by_class_and_frame_in_either_format_never_by_message()
      throws Exception {
    for (String format : List.of("text", "json")) {
      Path file = directory.resolve(format + ".log");
      LoggerContext logging = configured(file.toString(), format);
      logging
          .getLogger("io.temporal.somewhere")
          .warn("a task failed", new IllegalStateException(ROW, new SQLException(ROW, "23505")));
      logging.stop();

      assertThat(Files.readString(file))
          .contains("a task failed", "java.lang.IllegalStateException", "LogTest.java:")
          .contains("caused by java.sql.SQLException")
          .doesNotContain("ann@example.org");
    }
  }

  @Test
  void no_file_is_made_when_it_is_off() throws Exception {
    LoggerContext logging = configured("off", "text");
    logging.getLogger("io.temporal.somewhere").info("news");
    logging.stop();

    assertThat(Path.of("off")).doesNotExist();
  }

  @Test
  void threads_of_a_step_log_as_the_step() throws Exception {
    Path file = directory.resolve("threads.log");
    LoggerContext logging = configured(file.toString(), "json");
    StepThreads threads;
    try {
      MDC.put("WorkflowId", "coldchain-night");
      threads = new StepThreads("lane");
    } finally {
      MDC.clear();
    }
    Thread thread =
        threads.newThread(() -> logging.getLogger("dev.overwinter.test").info("from a lane"));
    thread.start();
    thread.join();
    logging.stop();

    assertThat(Files.readString(file)).contains("\"workflowId\":\"coldchain-night\"");
  }

  private static LoggerContext configured(String file, String format) throws Exception {
    LoggerContext logging = new LoggerContext();
    logging.setMDCAdapter(MDC.getMDCAdapter());
    logging.putProperty("OVERWINTER_LOG_FILE", file);
    logging.putProperty("OVERWINTER_LOG_FORMAT", format);
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(logging);
    configurator.doConfigure(LogTest.class.getResource("/logback.xml"));
    return logging;
  }
}
