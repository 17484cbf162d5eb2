package dev.overwinter.workflows.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Reads a migration request, fills in every default, and finds everything that is wrong with it.
 */
public final class RequestReader {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SHORTEST = Duration.ofSeconds(10);
  private static final Duration MONTH = Duration.ofDays(30);
  private static final Duration LONGEST_DRAIN = Duration.ofHours(4);

  /** Every step's input holds the request, and a history has room for 50 MB. */
  private static final int MOST_CHARACTERS = 256 * 1024;

  private RequestReader() {}

  /**
   * What was read.
   *
   * @param request the request; usable, and certainly there, only when there are no problems
   * @param problems everything that is wrong, each with its path and what would be right
   */
  public record Result(MigrationRequest request, List<String> problems) {
    public Result {
      problems = List.copyOf(problems);
    }
  }

  /**
   * @param json the request as it came; may be null
   */
  public static Result read(JsonNode json) {
    int length = json == null ? 0 : json.toString().length();
    if (length > MOST_CHARACTERS) {
      return new Result(
          null,
          List.of(
              "the request has %,d characters; at most %,d are taken"
                  .formatted(length, MOST_CHARACTERS)));
    }
    JsonInput input = new JsonInput(json, "the request");
    JsonInput expect = input.object("expect");
    List<String> schemas = schemas(input);
    List<String> skipTables = skipTables(input);
    MigrationRequest request =
        new MigrationRequest(
            expect.text("sourceDatabase", null),
            expect.text("targetDatabase", null),
            schemas,
            skipTables,
            new TableRulesReader(input.object("tables"), schemas, skipTables).read(),
            users(input.object("users")),
            references(input.object("references")),
            freeze(input.object("freeze")),
            approval(input.object("approval")),
            copy(input.object("copy")),
            new RollbackRules(input.object("rollback").bool("keepArchive", true)),
            target(input.object("target")));
    return new Result(request, input.problems());
  }

  private static List<String> schemas(JsonInput input) {
    List<String> schemas = input.texts("schemas", List.of("public"));
    if (schemas.isEmpty()) {
      input.problem("schemas", "must name at least one schema");
    }
    for (String schema : schemas) {
      if (schema.equals("auth") || schema.equals("overwinter") || schema.startsWith("pg_")) {
        input.problem(
            "schemas",
            "must name schemas of the application, not "
                + JsonInput.shortened(schema)
                + ", which is not one");
      }
    }
    return List.copyOf(new LinkedHashSet<>(schemas));
  }

  private static List<String> skipTables(JsonInput input) {
    List<String> tables = input.texts("skipTables", List.of());
    for (String table : tables) {
      if (table.indexOf('.') < 1 || table.endsWith(".")) {
        input.problem(
            "skipTables", "must name tables as schema.table, not " + JsonInput.shortened(table));
      }
    }
    return tables;
  }

  private static UserRules users(JsonInput input) {
    JsonInput classes = input.object("classes");
    Map<UserClass, UserTreatment> treatments = new EnumMap<>(UserClass.class);
    for (UserClass userClass : UserClass.values()) {
      UserTreatment treatment =
          classes.choice(
              userClass.jsonName(),
              UserTreatment.class,
              UserTreatment::jsonName,
              userClass.defaultTreatment());
      treatments.put(userClass, treatment);
    }
    return new UserRules(
        treatments,
        input.choice(
            "existingAccounts",
            ExistingAccountRule.class,
            ExistingAccountRule::jsonName,
            ExistingAccountRule.STOP),
        (int) input.integer("parallelRequests", 8, 1, 64),
        (int)
            input
                .duration(
                    "mappingRetention",
                    Duration.ofDays(90),
                    Duration.ofDays(1),
                    Duration.ofDays(3650))
                .toDays());
  }

  private static ReferenceRules references(JsonInput input) {
    return new ReferenceRules(
        columns(input),
        input.choice(
            "unknownUsers",
            UnknownUserRule.class,
            UnknownUserRule::jsonName,
            UnknownUserRule.STOP));
  }

  /** What the section on references says of single columns. */
  static Map<String, ReferenceTreatment> columns(JsonInput references) {
    JsonInput columns = references.object("columns");
    Map<String, ReferenceTreatment> treatments =
        columns.choices(ReferenceTreatment.class, ReferenceTreatment::jsonName);
    for (String column : treatments.keySet()) {
      if (column.split("\\.").length < 3) {
        columns.problem(column, "must be a column as schema.table.column");
      }
    }
    return treatments;
  }

  private static FreezeRules freeze(JsonInput input) {
    Duration drain =
        input.duration("drain", Duration.ofMinutes(10), Duration.ofSeconds(5), LONGEST_DRAIN);
    Duration endWriters = input.duration("endWriters", null, Duration.ofSeconds(1), LONGEST_DRAIN);
    if (endWriters != null && endWriters.compareTo(drain) >= 0) {
      input.problem(
          "endWriters",
          "must be shorter than freeze.drain, which is %s: nobody would ever be ended"
              .formatted(drain));
    }
    return new FreezeRules(
        input.duration("lease", Duration.ofMinutes(30), SHORTEST, Duration.ofDays(1)).toSeconds(),
        // Shorter than deadlock_timeout usually is, so that nobody's transaction is ended for ours.
        input
            .duration("lockTimeout", Duration.ofMillis(500), Duration.ofMillis(50), MINUTE)
            .toMillis(),
        drain.toSeconds(),
        endWriters == null ? 0 : endWriters.toSeconds(),
        input.duration("window", Duration.ofHours(8), SHORTEST, MONTH).toSeconds(),
        input.choice(
            "afterWindow", TimeoutRule.class, TimeoutRule::jsonName, TimeoutRule.ROLL_BACK));
  }

  private static ApprovalRules approval(JsonInput input) {
    return new ApprovalRules(
        input.duration("timeout", Duration.ofHours(2), SHORTEST, MONTH).toSeconds(),
        input.choice(
            "afterTimeout", TimeoutRule.class, TimeoutRule::jsonName, TimeoutRule.ROLL_BACK));
  }

  private static TargetRules target(JsonInput input) {
    return new TargetRules(input.bool("createTables", false), input.text("truncate", null));
  }

  private static CopyRules copy(JsonInput input) {
    return new CopyRules(
        (int) input.integer("lanes", 4, 1, 32),
        input.integer("chunkBytes", 64L << 20, 64L << 10, 4L << 30),
        input.bool("archive", true),
        input.choice("compression", Compression.class, Compression::jsonName, Compression.NONE));
  }
}
