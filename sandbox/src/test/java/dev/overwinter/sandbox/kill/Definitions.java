package dev.overwinter.sandbox.kill;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Every object of a database with its owner, its grants and what hangs on it, one line each. */
final class Definitions {
  private static final String ALL =
      """
      SELECT concat_ws(' ', 'schema', oid, nspname, nspowner, nspacl) FROM pg_namespace
       WHERE nspname !~ '^pg_(toast_)?temp'
      UNION ALL
      SELECT concat_ws(' ', 'relation', oid, relname, relnamespace, relowner, relkind, relfilenode,
                       relacl, relrowsecurity, relforcerowsecurity, relhasrules, relreplident,
                       reloptions) FROM pg_class
      UNION ALL
      SELECT concat_ws(' ', 'column', attrelid, attnum, attname, atttypid, attacl) FROM pg_attribute
      UNION ALL
      SELECT concat_ws(' ', 'trigger', oid, tgrelid, tgname, tgfoid, tgenabled, tgtype)
        FROM pg_trigger
      UNION ALL
      SELECT concat_ws(' ', 'function', oid, proname, pronamespace, proowner, proacl, md5(prosrc))
        FROM pg_proc
      UNION ALL SELECT concat_ws(' ', 'type', oid, typname, typnamespace, typacl) FROM pg_type
      UNION ALL SELECT concat_ws(' ', 'constraint', oid, conname, conrelid) FROM pg_constraint
      UNION ALL
      SELECT concat_ws(' ', 'comment', objoid, classoid, objsubid, description) FROM pg_description
      UNION ALL SELECT concat_ws(' ', 'default acl', oid, defaclacl) FROM pg_default_acl
      UNION ALL
      SELECT concat_ws(' ', 'setting', setdatabase, setrole, setconfig) FROM pg_db_role_setting
      UNION ALL
      SELECT concat_ws(' ', 'dependencies of', classid, objid, count(*)) FROM pg_depend
       GROUP BY classid, objid
      UNION ALL
      SELECT concat_ws(' ', 'shared dependencies of', dbid, classid, objid, count(*))
        FROM pg_shdepend GROUP BY dbid, classid, objid
      ORDER BY 1
      """;

  private Definitions() {}

  static List<String> of(Connection superuser) throws SQLException {
    return GuardLook.strings(superuser, ALL);
  }
}
