package dev.overwinter.activities.schema;

import static dev.overwinter.activities.schema.CatalogQuery.key;
import static dev.overwinter.activities.schema.CatalogQuery.text;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What needs what in one database, between objects that are created by themselves. */
final class Dependencies {
  private static final String EXTENSIONS =
      """
      SELECT d.classid, d.objid, x.extname
        FROM pg_depend d
        JOIN pg_extension x ON d.refclassid = 'pg_extension'::regclass AND x.oid = d.refobjid
       WHERE d.deptype = 'e' AND d.objid >= 16384
      UNION ALL
      SELECT 'pg_extension'::regclass, x.oid, x.extname FROM pg_extension x
      """;

  private final Map<ObjectKey, ObjectKey> aliases = new HashMap<>();
  private final Map<ObjectKey, String> extensions = new HashMap<>();
  private final Map<ObjectKey, Set<ObjectKey>> needs = new HashMap<>();

  private Dependencies() {}

  /** Reads those of some objects. */
  static Dependencies read(CatalogQuery catalog, Set<ObjectKey> objects) throws SQLException {
    Dependencies read = new Dependencies();
    catalog.ofEverything(
        text("aliases.sql"), row -> read.aliases.put(key(row, 1, 2), key(row, 3, 4)));
    catalog.ofEverything(EXTENSIONS, row -> read.extensions.put(key(row, 1, 2), row.getString(3)));
    catalog.ofEverything(
        text("dependencies.sql"),
        row -> {
          ObjectKey dependent = read.resolve(key(row, 1, 2));
          ObjectKey needed = read.resolve(key(row, 3, 4));
          if (objects.contains(dependent) && !dependent.equals(needed)) {
            read.needs.computeIfAbsent(dependent, it -> new LinkedHashSet<>()).add(needed);
          }
        });
    return read;
  }

  /** The object that something belongs to so closely that it is created with it. */
  ObjectKey resolve(ObjectKey key) {
    ObjectKey resolved = key;
    while (aliases.containsKey(resolved)) {
      resolved = aliases.get(resolved);
    }
    return resolved;
  }

  /** What an object needs. */
  Set<ObjectKey> of(ObjectKey object) {
    return needs.getOrDefault(object, Set.of());
  }

  /** The extension that brings an object, or null. */
  String extensionOf(ObjectKey object) {
    return extensions.get(object);
  }
}
