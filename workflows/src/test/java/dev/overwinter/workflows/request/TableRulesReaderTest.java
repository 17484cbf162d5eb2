package dev.overwinter.workflows.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.overwinter.workflows.request.TableRule.Fate;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableRulesReaderTest {
  private static RequestReader.Result read(String tables) throws IOException {
    JsonNode json = new ObjectMapper().readTree("{\"tables\": " + tables.replace('\'', '"') + "}");
    return RequestReader.read(json);
  }

  @Test
  void every_kind_of_rule_is_read() throws IOException {
    RequestReader.Result result =
        read(
            """
            { 'public.orders': {
                'rename': 'sales.orders', 'filter': 'total > 0',
                'columns': {
                  'old_name': {'rename': 'new_name'},
                  'secret': {'drop': true},
                  'full_name': {'expression': 'first || last'},
                  'age': {'rename': 'years', 'expression': 'age::bigint'},
                  'origin': {'constant': 'supa\\\\base'},
                  'kind': {'constant': 7},
                  'live': {'constant': true} } },
              'public.audit': {'skip': true},
              'public.history': {'later': true} }
            """);

    assertThat(result.problems()).isEmpty();
    MigrationRequest request = result.request();
    TableRule orders = request.tables().get("public.orders");
    assertThat(orders.rename()).isEqualTo("sales.orders");
    assertThat(orders.filter()).isEqualTo("total > 0");
    assertThat(orders.columns())
        .containsExactly(
            Map.entry("age", new ColumnRule("years", false, "age::bigint", null)),
            Map.entry("full_name", new ColumnRule(null, false, "first || last", null)),
            Map.entry("kind", new ColumnRule(null, false, null, "7")),
            Map.entry("live", new ColumnRule(null, false, null, "true")),
            Map.entry("old_name", new ColumnRule("new_name", false, null, null)),
            Map.entry("origin", new ColumnRule(null, false, null, "E'supa\\\\base'::text")),
            Map.entry("secret", new ColumnRule(null, true, null, null)));
    assertThat(request.tables().get("public.history").fate()).isEqualTo(Fate.LATER);
    assertThat(request.tablesLeftBehind())
        .containsExactlyInAnyOrder("public.audit", "public.history");
    assertThat(request.targetSchemas()).containsExactly("public", "sales");
  }

  @Test
  void everything_that_is_wrong_is_told_at_once() throws IOException {
    assertThat(
            read("""
                    { 'orders': {'skip': true},
                      'other.orders': {'skip': true},
                      'public.a': {'skip': true, 'later': true},
                      'public.b': {'skip': true, 'filter': 'true'},
                      'public.c': {},
                      'public.d': {'rename': 'd'},
                      'public.e': {'rename': 'public.f'},
                      'public.f': {'filter': 'x'},
                      'public.g': {'colums': {}},
                      'public.h': {'rename': 'overwinter.h'},
                      'public.i': {'columns': {
                        'a': {'rename': 'b', 'drop': true},
                        'c': {'rename': 'd'}, 'd': {'expression': '1'},
                        'e': {'expression': '1', 'constant': 2},
                        'f': {},
                        'g': {'constant': ['x']},
                        'h': {'renam': 'x'}}} }
                    """)
                .problems())
        .containsExactlyInAnyOrder(
            "tables.orders must be a table of the source as schema.table",
            "tables.other.orders is in none of the request's schemas, which are public",
            "tables.public.a must be skipped or left for later, not both",
            "tables.public.b says how to carry a table that is skipped: remove either",
            "tables.public.c says nothing: give rename, filter, columns, skip or later",
            "tables.public.d.rename must be the target's table as schema.table",
            "tables.public.f goes to the target's table public.f, and so does public.e: skip or"
                + " rename one",
            "tables.public.g.colums is not known here: did you mean columns?",
            "tables.public.h.rename must name a table of the application, not of overwinter",
            "tables.public.i.columns.a is dropped and carried at once: remove either",
            "tables.public.i.columns.d fills the target's column d, and so does c: one column has"
                + " one source",
            "tables.public.i.columns.e has an expression and a constant: one column has one source",
            "tables.public.i.columns.f says nothing: give rename, drop, expression or constant",
            "tables.public.i.columns.g.constant must be a text, a number, true or false, not a"
                + " list",
            "tables.public.i.columns.h.renam is not known here: did you mean rename?");
  }

  @Test
  void a_table_has_rules_or_is_skipped() throws IOException {
    JsonNode json =
        new ObjectMapper()
            .readTree(
                "{\"skipTables\": [\"public.a\"], \"tables\": {\"public.a\": {\"filter\": \"x\"}}}");
    assertThat(RequestReader.read(json).problems())
        .isEqualTo(
            List.of("tables.public.a has rules, but skipTables names it too: remove either"));
  }

  @Test
  void rules_survive_a_history_and_an_older_one_has_none() throws IOException {
    MigrationRequest request =
        read("{'public.a': {'columns': {'x': {'constant': ''}}}, 'public.b': {'later': true}}")
            .request();
    ObjectMapper json = JacksonJsonPayloadConverter.newDefaultObjectMapper();

    JsonNode recorded = json.valueToTree(request);
    assertThat(json.treeToValue(recorded, MigrationRequest.class)).isEqualTo(request);

    ((ObjectNode) recorded).remove("tables");
    assertThat(json.treeToValue(recorded, MigrationRequest.class).tables()).isEmpty();
  }
}
