package dev.overwinter.workflows.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.overwinter.workflows.request.LaterTable.Triggers;
import dev.overwinter.workflows.request.TableRule.Fate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the request of a run that carries tables left for later, with all that is wrong with it.
 */
public final class LaterRequestReader {
  private LaterRequestReader() {}

  /**
   * What came out.
   *
   * @param request the request, complete with every default; of use only without problems
   * @param problems everything that is wrong
   */
  public record Result(LaterRequest request, List<String> problems) {
    public Result {
      problems = List.copyOf(problems);
    }
  }

  /** Reads a request; never throws for what a person may have written. */
  public static Result read(JsonNode json) {
    JsonInput input = new JsonInput(json, "the request");
    JsonInput references = input.object("references");
    JsonInput users = input.object("users");
    LaterRequest request =
        new LaterRequest(
            input.requiredText("run", "the workflow id of the run that went live"),
            tables(input.object("tables")),
            RequestReader.columns(references),
            references.choice(
                "unknownUsers", UnknownUserRule.class, UnknownUserRule::jsonName, null),
            input.text("insteadOf", null),
            copy(input.object("copy")),
            retentionDays(users));
    return new Result(request, input.problems());
  }

  private static Map<String, LaterTable> tables(JsonInput input) {
    Map<String, LaterTable> tables = new LinkedHashMap<>();
    input
        .objects()
        .forEach(
            (name, table) -> {
              if (name.indexOf('.') < 1 || name.endsWith(".")) {
                input.problem(name, "must be a table of the source as schema.table");
              }
              tables.put(name, table(table));
            });
    return tables;
  }

  private static LaterTable table(JsonInput input) {
    String rename = input.text("rename", null);
    String filter = input.text("filter", null);
    Map<String, ColumnRule> columns = TableRulesReader.columns(input.object("columns"));
    Triggers triggers =
        input.choice("triggers", Triggers.class, Triggers::jsonName, Triggers.REFUSE);
    if (rename != null) {
      TableRulesReader.checkTarget(input, rename);
    }
    boolean changed = rename != null || filter != null || !columns.isEmpty();
    return new LaterTable(
        changed ? new TableRule(rename, filter, Fate.CARRIED, columns) : null, triggers);
  }

  private static CopyRules copy(JsonInput input) {
    return new CopyRules(
        (int) input.integer("lanes", 2, 1, 32),
        // Rows that are about to be loaded can keep the application waiting for as long as that
        // takes, so a chunk is small.
        input.integer("chunkBytes", 8L << 20, 64L << 10, 1L << 30),
        input.bool("archive", true),
        input.choice("compression", Compression.class, Compression::jsonName, Compression.NONE));
  }

  private static Integer retentionDays(JsonInput users) {
    Duration retention =
        users.duration("mappingRetention", null, Duration.ofDays(1), Duration.ofDays(3650));
    return retention == null ? null : (int) retention.toDays();
  }
}
