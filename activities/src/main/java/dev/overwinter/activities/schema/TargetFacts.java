package dev.overwinter.activities.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What the target has and may have besides the application's own objects. */
final class TargetFacts {
  private static final String ROLE =
      """
      SELECT r.rolsuper, r.rolsuper OR r.rolbypassrls,
             (SELECT 'lz4' = ANY (s.enumvals) FROM pg_settings s
               WHERE s.name = 'default_toast_compression')
        FROM pg_roles r WHERE r.rolname = current_user
      """;

  private static final String INSTALLED =
      "SELECT x.extname, n.nspname FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace";

  private static final String AVAILABLE =
      """
      SELECT e.name, r.rolsuper OR (v.trusted OR NOT v.superuser)
               AND has_database_privilege(current_database(), 'CREATE') AS allowed, v.requires
        FROM pg_available_extensions e
        JOIN pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version
        JOIN pg_roles r ON r.rolname = current_user
      """;

  private static final String NAMES =
      """
      SELECT n.nspname || '.' || p.proname
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      UNION
      SELECT n.nspname || '.' || c.relname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      """;

  /** By type and name; whatever is not listed here is taken to be missing. */
  private static final String EXISTS =
      """
      SELECT CASE
        WHEN o.type IN ('function', 'procedure', 'aggregate')
          THEN to_regprocedure(o.identity) IS NOT NULL
        WHEN o.type IN ('table', 'view', 'materialized view', 'sequence', 'foreign table')
          THEN to_regclass(o.identity) IS NOT NULL
        WHEN o.type = 'type' THEN to_regtype(o.identity) IS NOT NULL
        WHEN o.type = 'collation' THEN to_regcollation(o.identity) IS NOT NULL
        WHEN o.type = 'operator' THEN to_regoperator(o.identity) IS NOT NULL
        WHEN o.type = 'schema' THEN to_regnamespace(o.identity) IS NOT NULL
        WHEN o.type = 'language'
          THEN EXISTS (SELECT FROM pg_language l WHERE quote_ident(l.lanname) = o.identity)
        ELSE false END
        FROM (VALUES (?, ?)) AS o (type, identity)
      """;

  private final Connection target;
  private final boolean superuser;
  private final boolean bypassesRowSecurity;
  private final boolean compressesByLz4;
  private final Map<String, String> installed = new HashMap<>();
  private final Map<String, Available> available = new HashMap<>();
  private final Set<String> roles = new HashSet<>();
  private final Map<String, Boolean> looked = new HashMap<>();

  /**
   * An extension that can be installed.
   *
   * @param allowed whether the role may create it
   * @param requires extensions it needs
   */
  record Available(boolean allowed, List<String> requires) {}

  /**
   * @param target in a transaction
   */
  TargetFacts(Connection target) throws SQLException {
    this.target = target;
    CatalogQuery catalog = new CatalogQuery(target, List.of(), List.of());
    catalog.ofEverything(
        INSTALLED, row -> installed.put(row.getString("extname"), row.getString("nspname")));
    catalog.ofEverything(
        AVAILABLE,
        row -> {
          List<String> requires = CatalogQuery.texts(row, "requires");
          available.put(
              row.getString("name"),
              new Available(row.getBoolean("allowed"), requires == null ? List.of() : requires));
        });
    catalog.ofEverything("SELECT rolname FROM pg_roles", row -> roles.add(row.getString(1)));
    try (PreparedStatement statement = target.prepareStatement(ROLE);
        ResultSet row = statement.executeQuery()) {
      row.next();
      superuser = row.getBoolean(1);
      bypassesRowSecurity = row.getBoolean(2);
      compressesByLz4 = row.getBoolean(3);
    }
  }

  boolean isSuperuser() {
    return superuser;
  }

  boolean bypassesRowSecurity() {
    return bypassesRowSecurity;
  }

  boolean compressesByLz4() {
    return compressesByLz4;
  }

  boolean hasRole(String role) {
    return roles.contains(role);
  }

  /** The schema an extension is installed in, or null. */
  String schemaOf(String extension) {
    return installed.get(extension);
  }

  /** An extension that can be installed, or null. */
  Available available(String extension) {
    return available.get(extension);
  }

  /** Tells the names of all functions and relations, as {@code schema.name}. */
  void names(Consumer<String> names) throws SQLException {
    new CatalogQuery(target, List.of(), List.of())
        .ofEverything(NAMES, row -> names.accept(row.getString(1)));
  }

  /** Whether something that the run does not create is there. */
  boolean has(String type, String identity) throws SQLException {
    String name = type + " " + identity;
    Boolean known = looked.get(name);
    if (known == null) {
      known = look(type, identity);
      looked.put(name, known);
    }
    return known;
  }

  private boolean look(String type, String identity) throws SQLException {
    Savepoint before = target.setSavepoint();
    try (PreparedStatement statement = target.prepareStatement(EXISTS)) {
      statement.setString(1, type);
      statement.setString(2, identity);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    } catch (SQLException e) {
      if (e.getSQLState() != null && e.getSQLState().startsWith("42")) {
        // Some releases refuse to look for a function whose arguments' types are missing.
        target.rollback(before);
        return false;
      }
      throw e;
    }
  }
}
