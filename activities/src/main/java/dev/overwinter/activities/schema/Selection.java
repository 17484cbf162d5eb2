package dev.overwinter.activities.schema;

import static dev.overwinter.activities.schema.CatalogQuery.text;

import dev.overwinter.activities.schema.Definition.Address;
import dev.overwinter.activities.schema.StructurePlan.Creation;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides what of the source's definitions is created in the target. Used once. */
final class Selection {
  private static final String EXTENSIONS =
      "SELECT x.extname, n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace";

  private static final String IDENTIFY = "SELECT type, identity FROM pg_identify_object(%d, %d, 0)";
  private static final String LZ4 = " SET COMPRESSION lz4";

  private final CatalogQuery source;
  private final Definitions wanted;
  private final Definitions there;
  private final TargetFacts target;
  private final Dependencies dependencies;
  private final Extensions extensions;
  private final Map<ObjectKey, Creation> created = new LinkedHashMap<>();
  private final Set<ObjectKey> present = new HashSet<>();
  private final Map<ObjectKey, LeftOut> leftOut = new LinkedHashMap<>();
  private final List<Finding> findings = new ArrayList<>();

  Selection(CatalogQuery source, Definitions wanted, Definitions there, TargetFacts target)
      throws SQLException {
    this.source = source;
    this.wanted = wanted;
    this.there = there;
    this.target = target;
    this.dependencies = Dependencies.read(source, wanted.byKey().keySet());
    Map<String, String> schemas = new HashMap<>();
    source.ofEverything(EXTENSIONS, row -> schemas.put(row.getString(1), row.getString(2)));
    this.extensions = new Extensions(schemas, target);
  }

  StructurePlan select() throws SQLException {
    Map<ObjectKey, List<String>> comments = Definitions.readComments(source, dependencies);
    List<Definition> ordered = CreationOrder.of(wanted.byKey(), dependencies);
    for (Definition definition : ordered) {
      decide(definition, comments.getOrDefault(definition.key(), List.of()));
    }
    Set<Definition> circular = new HashSet<>(wanted.byKey().values());
    ordered.forEach(circular::remove);
    for (Definition definition : circular) {
      if (!there.has(definition.address())) {
        leaveOut(
            definition,
            "it and something else need each other",
            "Create it in the target beforehand.");
      }
    }
    List<Creation> creations = created.values().stream().map(this::withoutStrangers).toList();
    leftOut.values().forEach(it -> findings.add(it.finding()));
    lookAtTheRest();
    return new StructurePlan(creations, extensions.created(), findings);
  }

  private void decide(Definition definition, List<String> comments) throws SQLException {
    if (there.has(definition.address())) {
      present.add(definition.key());
      return;
    }
    if (definition.belongsTo() != null && !created.containsKey(definition.belongsTo())) {
      // What belongs to a table that is there already is its owner's business.
      return;
    }
    if (isRefused(definition)) {
      return;
    }
    List<String> statements = new ArrayList<>(definition.statements());
    if (!target.compressesByLz4() && statements.removeIf(sql -> sql.endsWith(LZ4))) {
      findings.add(
          Finding.note(
              definition.address().toString(),
              "The target's server cannot compress by lz4; columns are compressed by its default."));
    }
    List<String> afterwards = new ArrayList<>(definition.afterwards());
    afterwards.addAll(comments);
    created.put(definition.key(), new Creation(definition, statements, afterwards));
  }

  private boolean isRefused(Definition definition) throws SQLException {
    if (definition.statements() == null) {
      leaveOut(
          definition,
          "it is not finished in the source, or needs what is written in C",
          "Create it in the target yourself if the application needs it.");
      return true;
    }
    if (isRelation(definition) && target.has("table", definition.address().identity())) {
      leaveOut(
          definition, "something else has its name there", "Rename or drop that in the target.");
      return true;
    }
    if (definition.kind() == Kind.FORCED_ROW_SECURITY && !target.bypassesRowSecurity()) {
      leaveOut(
          definition,
          "it would keep the target role from loading the table",
          "ALTER TABLE ... FORCE ROW LEVEL SECURITY after go-live.");
      return true;
    }
    for (String role : definition.roles()) {
      if (!target.hasRole(role)) {
        leaveOut(
            definition,
            "it is for the role %s, which the target has not".formatted(role),
            "Write it anew for the roles of the target, or create the role there beforehand.");
        return true;
      }
    }
    for (ObjectKey needed : CreationOrder.needs(definition, dependencies)) {
      if (!created.containsKey(needed) && !present.contains(needed) && lacks(definition, needed)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isRelation(Definition definition) {
    return switch (definition.kind()) {
      case TABLE, VIEW, SEQUENCE -> true;
      default -> false;
    };
  }

  /** Whether something that this run does not create is missing for a definition. */
  private boolean lacks(Definition definition, ObjectKey needed) throws SQLException {
    LeftOut before = leftOut.get(needed);
    if (before != null) {
      leaveOut(definition, "it needs the %s, which is not created".formatted(before.object()));
      return true;
    }
    String extension = dependencies.extensionOf(needed);
    if (extension != null) {
      Optional<Extensions.Obstacle> obstacle = extensions.need(extension);
      obstacle.ifPresent(it -> leaveOut(definition, it.reason(), it.remedy()));
      return obstacle.isPresent();
    }
    if (wanted.byKey().containsKey(needed)) {
      leaveOut(definition, "something that it needs is not created");
      return true;
    }
    Address other = identify(needed);
    if (definition.kind() == Kind.FOREIGN_KEY) {
      String table = other.identity().replaceFirst("^.* on ", "");
      boolean toUsers = table.startsWith("auth.");
      leftOut.put(
          definition.key(),
          new LeftOut(
              toUsers ? Severity.NOTE : Severity.WARNING,
              definition.address().toString(),
              "it refers to %s, which this run does not carry".formatted(table),
              toUsers ? "" : "Add it after go-live if the rows that it refers to are there."));
      return true;
    }
    if (target.has(other.type(), other.identity())) {
      return false;
    }
    leaveOut(
        definition,
        "it needs the %s, which the target has not".formatted(other),
        "Create the %s in the target beforehand, or name its schema in the request if it is the application's."
            .formatted(other));
    return true;
  }

  private void leaveOut(Definition definition, String reason) {
    leaveOut(definition, reason, "Settle that, or create this in the target yourself.");
  }

  private void leaveOut(Definition definition, String reason, String remedy) {
    Severity severity = definition.kind() == Kind.TABLE ? Severity.BLOCKER : Severity.WARNING;
    leftOut.put(
        definition.key(), new LeftOut(severity, definition.address().toString(), reason, remedy));
  }

  private Address identify(ObjectKey key) throws SQLException {
    List<Address> found = new ArrayList<>();
    source.ofEverything(
        IDENTIFY.formatted(key.catalog(), key.object()),
        row -> found.add(new Address(row.getString(1), row.getString(2), List.of(), List.of())));
    return found.get(0);
  }

  /** A sequence is given to its column only if the table is the run's own too. */
  private Creation withoutStrangers(Creation creation) {
    Definition definition = creation.definition();
    if (definition.afterwardsWith() == null || created.containsKey(definition.afterwardsWith())) {
      return creation;
    }
    List<String> afterwards = new ArrayList<>(creation.afterwards());
    afterwards.removeAll(definition.afterwards());
    return new Creation(definition, creation.statements(), afterwards);
  }

  /** What has no definition here, and what functions name in their text only. */
  private void lookAtTheRest() throws SQLException {
    source.ofApplication(
        text("not-created.sql"),
        row ->
            findings.add(
                Finding.warning(
                    row.getString(1) + " " + row.getString(2),
                    "It is not created in the target: the run creates no such objects.",
                    row.getString(3))));
    Set<String> known = new HashSet<>();
    target.names(known::add);
    source.ofApplication(
        text("mentions.sql"),
        row -> {
          String name = row.getString(3) + "." + row.getString(4);
          if (created.containsKey(new ObjectKey(row.getLong(5), row.getLong(1)))
              && !known.contains(name)) {
            findings.add(
                Finding.warning(
                    "function " + row.getString(2),
                    "It is created, but seems to use %s, which the target has not; whoever calls it gets an error."
                        .formatted(name),
                    "Write the function anew in the target, or see that %s is there."
                        .formatted(name)));
          }
        });
    if (target.isSuperuser() && created.values().stream().anyMatch(Selection::isDefiner)) {
      findings.add(
          Finding.warning(
              "target",
              "The target role is a superuser, and functions with SECURITY DEFINER that it creates run with its rights.",
              "Let a role that is no superuser own the application's tables and be the target role."));
    }
  }

  private static boolean isDefiner(Creation creation) {
    return creation.definition().kind() == Kind.FUNCTION
        && creation.statements().get(0).contains(" SECURITY DEFINER");
  }
}
