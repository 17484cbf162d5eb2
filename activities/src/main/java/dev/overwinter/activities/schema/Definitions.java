package dev.overwinter.activities.schema;

import static dev.overwinter.activities.schema.CatalogQuery.key;
import static dev.overwinter.activities.schema.CatalogQuery.text;
import static dev.overwinter.activities.schema.CatalogQuery.texts;

import dev.overwinter.activities.schema.Definition.Address;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything of the application's schemas that can be created, as one database has it. */
final class Definitions {
  private static final String READ =
      """
      , definition AS (
      %s
      )
      SELECT d.*, 'pg_class'::regclass::oid AS relations, i.type, i.identity, a.object_names,
             a.object_args
        FROM definition d
       CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
       CROSS JOIN LATERAL pg_identify_object_as_address(d.classid, d.objid, 0) a
      """;

  private final Map<ObjectKey, Definition> byKey = new LinkedHashMap<>();
  private final Map<String, Definition> byAddress = new HashMap<>();

  private Definitions() {}

  static Definitions read(CatalogQuery catalog) throws SQLException {
    Definitions definitions = new Definitions();
    for (Kind kind : Kind.values()) {
      catalog.ofApplication(
          READ.formatted(text(kind.query())), row -> definitions.add(definition(kind, row)));
    }
    return definitions;
  }

  private static Definition definition(Kind kind, ResultSet row) throws SQLException {
    long relations = row.getLong("relations");
    long object = row.getLong("objid");
    // The force of row level security is said of a table, which is an object of its own already.
    boolean ofTable = kind == Kind.FORCED_ROW_SECURITY;
    return new Definition(
        new ObjectKey(ofTable ? 0 : row.getLong("classid"), object),
        kind,
        new Address(
            ofTable ? "forced row level security of" : row.getString("type"),
            row.getString("identity"),
            texts(row, "object_names"),
            texts(row, "object_args")),
        relation(relations, row.getLong("belongs_to")),
        row.getBoolean("recorded"),
        texts(row, "statements"),
        texts(row, "afterwards"),
        relation(relations, row.getLong("afterwards_with")),
        texts(row, "roles"));
  }

  private static ObjectKey relation(long relations, long oid) {
    return oid == 0 ? null : new ObjectKey(relations, oid);
  }

  private void add(Definition definition) {
    byKey.put(definition.key(), definition);
    byAddress.put(definition.address().toString(), definition);
  }

  /** By what they are in the database they were read from. */
  Map<ObjectKey, Definition> byKey() {
    return byKey;
  }

  /** Whether something of this type and name is there. */
  boolean has(Address address) {
    return byAddress.containsKey(address.toString());
  }

  /** The comments on the objects, on columns among them, as statements. */
  static Map<ObjectKey, List<String>> readComments(CatalogQuery catalog, Dependencies dependencies)
      throws SQLException {
    Map<ObjectKey, List<String>> comments = new HashMap<>();
    catalog.ofApplication(
        text("comments.sql"),
        row ->
            comments
                .computeIfAbsent(dependencies.resolve(key(row, 1, 2)), key -> new ArrayList<>())
                .add(row.getString(3)));
    return comments;
  }
}
