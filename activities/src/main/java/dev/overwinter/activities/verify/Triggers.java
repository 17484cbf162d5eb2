package dev.overwinter.activities.verify;

import dev.overwinter.activities.postgres.Database;
import dev.overwinter.activities.postgres.QualifiedName;
import dev.overwinter.workflows.steps.Finding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** That the target's triggers fire as the source's do. */
final class Triggers {
  /** Our own guard's triggers call functions of our own schema, which is how they are told. */
  private static final String ALL =
      """
      SELECT n.nspname, c.relname, t.tgname, t.tgenabled
        FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = t.tgfoid
       WHERE NOT t.tgisinternal AND t.tgparentid = 0
         AND p.pronamespace::regnamespace::text <> 'overwinter'
      """;

  private Triggers() {}

  /** What state each trigger of the copied tables has, by table and name. */
  static Map<QualifiedName, Map<String, String>> read(
      Connection connection, Set<QualifiedName> copied) throws SQLException {
    Map<QualifiedName, Map<String, String>> triggers = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ALL)) {
      while (row.next()) {
        QualifiedName table = new QualifiedName(row.getString(1), row.getString(2));
        if (copied.contains(table)) {
          triggers
              .computeIfAbsent(table, key -> new TreeMap<>())
              .put(row.getString(3), row.getString(4));
        }
      }
    }
    return triggers;
  }

  static Check check(
      Map<QualifiedName, Map<String, String>> inSource,
      Set<QualifiedName> copied,
      Database target) {
    return new Check("triggers", target, connection -> compare(inSource, read(connection, copied)));
  }

  private static List<Finding> compare(
      Map<QualifiedName, Map<String, String>> inSource,
      Map<QualifiedName, Map<String, String>> inTarget) {
    List<Finding> findings = new ArrayList<>();
    inTarget.forEach(
        (table, triggers) ->
            triggers.forEach(
                (name, state) -> {
                  String expected = inSource.getOrDefault(table, Map.of()).get(name);
                  String path = table + "." + name;
                  if (expected == null && state.equals("D")) {
                    findings.add(
                        Finding.warning(
                            path,
                            "is a disabled trigger that the source does not have",
                            "Enable it if it should fire."));
                  } else if (expected != null && !expected.equals(state)) {
                    findings.add(
                        Finding.blocker(
                            path,
                            "is a trigger that is %s in the target and %s in the source"
                                .formatted(spell(state), spell(expected)),
                            "Set it as it was with ALTER TABLE."));
                  }
                }));
    inSource.forEach(
        (table, triggers) ->
            triggers.keySet().stream()
                .filter(name -> !inTarget.getOrDefault(table, Map.of()).containsKey(name))
                .forEach(
                    name ->
                        findings.add(
                            Finding.warning(
                                table + "." + name,
                                "is a trigger of the source that the target does not have",
                                "Create it if the application needs it."))));
    return findings;
  }

  private static String spell(String state) {
    return switch (state) {
      case "O" -> "enabled";
      case "D" -> "disabled";
      case "R" -> "enabled for replicas only";
      default -> "enabled always";
    };
  }
}
