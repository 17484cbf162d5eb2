package dev.overwinter.activities.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.activities.postgres.TestServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplicationFunctionsTest {
  /** Their bodies name other functions as the application's own sessions find them. */
  private static final String TABLES =
      """
      SET LOCAL search_path = public;
      CREATE FUNCTION bare(code text) RETURNS text LANGUAGE sql IMMUTABLE
        AS 'SELECT btrim(code)';
      CREATE FUNCTION is_code(code text) RETURNS boolean LANGUAGE sql IMMUTABLE
        AS $$SELECT bare(code) <> ''$$;
      CREATE FUNCTION code_key(code text) RETURNS text LANGUAGE sql IMMUTABLE
        AS 'SELECT lower(bare(code))';
      CREATE DOMAIN serial_number AS text CHECK (is_code(VALUE));
      CREATE SCHEMA app;
      CREATE TABLE app.unit (
        code text CHECK (is_code(code)),
        key text GENERATED ALWAYS AS (code_key(code)) STORED UNIQUE,
        serial serial_number,
        EXCLUDE USING btree (code_key(code) WITH =));
      """;

  @TempDir private Path directory;

  @Test
  void tables_whose_rules_call_functions_without_a_schema_are_loaded() {
    try (CopyFixture fixture =
        new CopyFixture(directory.resolve("archive"), TABLES, 64 * 1024, "app")) {
      TestServer.execute(
          fixture.source,
          "SET LOCAL search_path = public; INSERT INTO app.unit (code, serial) VALUES (' A-1 ', 's1'), ('B-2', 's2')");
      fixture.copyAll();
      assertThat(TableContents.rows(fixture.target, "app"))
          .isEqualTo(TableContents.rows(fixture.source, "app"));
      assertThat(fixture.onTarget("SELECT string_agg(key, ' ' ORDER BY key) FROM app.unit"))
          .isEqualTo("a-1 b-2");
    }
  }
}
