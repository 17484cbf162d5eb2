package dev.overwinter.activities.schema;

/** Kinds of definitions, in the order in which they are created where nothing else decides. */
enum Kind {
  SCHEMA("schemas.sql", "schema", "schemas"),
  TYPE("types.sql", "type", "types"),
  SEQUENCE("sequences.sql", "sequence", "sequences"),
  TABLE("tables.sql", "table", "tables"),
  FUNCTION("functions.sql", "function", "functions"),
  DEFAULT("defaults.sql", "default", "defaults"),
  CHECK("checks.sql", "check constraint", "check constraints"),
  KEY("keys.sql", "key", "keys"),
  INDEX("indexes.sql", "index", "indexes"),
  VIEW("views.sql", "view", "views"),
  FOREIGN_KEY("foreign-keys.sql", "foreign key", "foreign keys"),
  STATISTICS("statistics.sql", "extended statistics", "extended statistics"),
  RULE("rules.sql", "rule", "rules"),
  TRIGGER("triggers.sql", "trigger", "triggers"),
  POLICY("policies.sql", "policy", "policies"),
  FORCED_ROW_SECURITY(
      "forced-row-security.sql", "forced row level security", "forced row level security");

  private final String query;
  private final String one;
  private final String many;

  Kind(String query, String one, String many) {
    this.query = query;
    this.one = one;
    this.many = many;
  }

  /** The query that reads them. */
  String query() {
    return query;
  }

  /** A number of them, for people. */
  String counted(int number) {
    return number + " " + (number == 1 ? one : many);
  }

  /** One of them, for people. */
  String label() {
    return one;
  }
}
