package dev.overwinter.activities.schema;

import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.request.MigrationRequest;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the run creates in the target: everything of the source's application schemas that the
 * target lacks, in an order in which it can be created, and what it leaves out, each with the
 * reason. Reading it changes neither side.
 *
 * @param creations in their order
 * @param extensions those to create before, each with its schema
 * @param leftOut what is not created, and whatever else somebody should look at
 */
public record StructurePlan(
    List<Creation> creations, Map<String, String> extensions, List<Finding> leftOut) {
  public StructurePlan {
    creations = List.copyOf(creations);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * Something to create.
   *
   * @param definition what it is in the source
   * @param statements create it in the target
   * @param afterwards is said of it once everything is there
   */
  record Creation(Definition definition, List<String> statements, List<String> afterwards) {}

  /**
   * Compares both sides.
   *
   * @param source in a transaction, with an empty search_path
   * @param target likewise
   */
  public static StructurePlan of(Connection source, Connection target, MigrationRequest request)
      throws SQLException {
    List<String> schemas = request.schemas();
    List<String> others = new ArrayList<>(request.tablesLeftBehind());
    request.tables().keySet().stream()
        .filter(table -> hasOtherShape(request, table))
        .forEach(others::add);
    CatalogQuery from = new CatalogQuery(source, schemas, others);
    Definitions wanted = Definitions.read(from);
    Definitions there = Definitions.read(new CatalogQuery(target, schemas, List.of()));
    return new Selection(from, wanted, there, new TargetFacts(target)).select();
  }

  /**
   * Whether the request lets the run create a table. One that has another name or other columns in
   * the target is the new application's to create.
   */
  public static boolean covers(MigrationRequest request, QualifiedName table) {
    return request.target().createTables() && !hasOtherShape(request, table.toString());
  }

  private static boolean hasOtherShape(MigrationRequest request, String table) {
    TableRule rule = request.tables().get(table);
    return rule != null && (rule.rename() != null || !rule.columns().isEmpty());
  }

  /** The tables that are created, partitions among them. */
  public Set<QualifiedName> tables() {
    return named(Kind.TABLE);
  }

  /** The sequences that are created; those of identity columns come with their tables. */
  public Set<QualifiedName> sequences() {
    return named(Kind.SEQUENCE);
  }

  /** The application's schemas that are created. */
  public Set<String> schemas() {
    return creations.stream()
        .filter(creation -> creation.definition().kind() == Kind.SCHEMA)
        .map(creation -> creation.definition().address().names().get(0))
        .collect(Collectors.toSet());
  }

  private Set<QualifiedName> named(Kind kind) {
    return creations.stream()
        .filter(creation -> creation.definition().kind() == kind)
        .map(creation -> creation.definition().address().names())
        .map(names -> new QualifiedName(names.get(0), names.get(1)))
        .collect(Collectors.toSet());
  }

  /** How many there are of each kind, for people; empty when there is nothing to create. */
  public String summary() {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    creations.forEach(creation -> counts.merge(creation.definition().kind(), 1, Integer::sum));
    List<String> parts = new ArrayList<>();
    counts.forEach((kind, count) -> parts.add(kind.counted(count)));
    extensions.keySet().forEach(extension -> parts.add("extension " + extension));
    return String.join(", ", parts);
  }

  /**
   * About how many locks the creating transaction holds in the end: one for each relation, and two
   * more for where a table keeps its long values.
   */
  public long locks() {
    return creations.stream()
        .mapToLong(
            creation ->
                switch (creation.definition().kind()) {
                  case TABLE -> 4;
                  case SEQUENCE, KEY, INDEX, VIEW -> 1;
                  default -> 0;
                })
        .sum();
  }
}
