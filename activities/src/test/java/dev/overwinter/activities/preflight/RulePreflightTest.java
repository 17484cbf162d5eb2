package dev.overwinter.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.workflows.request.RequestReader;
import dev.overwinter.workflows.request.TableRule;
import dev.overwinter.workflows.steps.Finding;
import dev.overwinter.workflows.steps.Finding.Severity;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What differs between both sides is found with the rule that settles it, and rules are tried. */
class RulePreflightTest {
  private static final String OTHER_SHAPE =
      """
      SET ROLE app_owner; CREATE SCHEMA stock;
      ALTER TABLE public.units SET SCHEMA stock; ALTER TABLE stock.units RENAME TO unit_list;
      ALTER TABLE stock.unit_list RENAME code TO unit_code;
      ALTER TABLE stock.unit_list DROP doubled, DROP state;
      ALTER TABLE stock.unit_list ALTER price TYPE numeric(8,1);
      ALTER TABLE stock.unit_list ADD origin varchar(10) NOT NULL, ADD doubled numeric;
      """;

  @TempDir private Path archive;
  private PreflightPair pair;

  @BeforeEach
  void set_up() throws SQLException {
    pair = new PreflightPair();
  }

  private List<Finding> findings(String tables) throws JsonProcessingException {
    return new Preflight(
            pair.sourceSettings(),
            pair.targetSettings(),
            (input, context) -> new UserCensus.Users(Map.of(), List.of()),
            (input, context) -> new ReferenceCensus.References(1, List.of()),
            archive)
        .preflight(
            PreflightPair.input(PreflightPair.request(rules(tables))), PreflightPair.context())
        .findings();
  }

  private static Map<String, TableRule> rules(String tables) throws JsonProcessingException {
    RequestReader.Result read =
        RequestReader.read(
            new ObjectMapper().readTree("{\"tables\": " + tables.replace('`', '"') + "}"));
    assertThat(read.problems()).isEmpty();
    return read.request().tables();
  }

  private static void assertBlocked(List<Finding> findings, String object, String... parts) {
    assertThat(findings)
        .filteredOn(it -> it.object().equals(object) && it.severity() == Severity.BLOCKER)
        .singleElement()
        .satisfies(it -> assertThat(it.message() + " " + it.remedy()).contains(parts));
  }

  private static void assertOpen(List<Finding> findings) {
    assertThat(findings).filteredOn(it -> it.severity() == Severity.BLOCKER).isEmpty();
  }

  @Test
  void each_difference_is_found_with_the_rule_that_settles_it() throws Exception {
    PreflightPair.asSuperuser(pair.target, OTHER_SHAPE);

    assertBlocked(
        findings("{}"),
        "public.units",
        "The target lacks this table",
        "`tables`: {`public.units`:{`skip`:true}}".replace('`', '"'));

    List<Finding> differing = findings("{`public.units`: {`rename`: `stock.unit_list`}}");
    assertBlocked(
        differing,
        "public.units.code",
        "The target lacks this column",
        "If it is unit_code there: `tables`: {`public.units`:{`columns`:{`code`:{`rename`:`unit_code`}}}}"
            .replace('`', '"'),
        "{`code`:{`drop`:true}}".replace('`', '"'));
    assertBlocked(differing, "public.units.state", "lacks this column", "{\"drop\":true}");
    assertBlocked(
        differing,
        "public.units.price",
        "numeric(10,2) in the source and numeric(8,1) in the target",
        "{`price`:{`expression`:`\\`price\\`::numeric(8,1)`}}".replace('`', '"'));
    assertBlocked(
        differing,
        "public.units.doubled",
        "computed in the source only",
        "{`doubled`:{`expression`:`\\`doubled\\``}}".replace('`', '"'));
    assertBlocked(
        differing,
        "stock.unit_list.origin",
        "requires this column",
        "{`origin`:{`constant`:`...`}}".replace('`', '"'));
    assertThat(differing).filteredOn(it -> it.severity() == Severity.BLOCKER).hasSize(6);

    assertOpen(
        findings(
            """
            {`public.units`: {`rename`: `stock.unit_list`, `columns`: {
               `code`: {`rename`: `unit_code`}, `state`: {`drop`: true},
               `price`: {`expression`: `\\`price\\`::numeric(8,1)`},
               `doubled`: {`expression`: `\\`doubled\\``}, `origin`: {`constant`: `supabase`}}}}
            """));
  }

  @Test
  void sql_that_would_not_give_the_same_value_twice_or_none_at_all_is_refused() throws Exception {
    PreflightPair.asSuperuser(
        pair.source,
        """
        SET ROLE project_owner;
        CREATE FUNCTION public.hidden_clock() RETURNS text STABLE LANGUAGE plpgsql
          AS $$ BEGIN RETURN now()::text; END $$;
        """);
    PreflightPair.asSuperuser(
        pair.target,
        "SET ROLE app_owner; ALTER TABLE public.units ADD a text, ADD b text, ADD c text, ADD d text, ADD e text, ADD f text, ADD g text, ADD h text, ADD i text");

    List<Finding> findings =
        findings(
            """
            {`public.units`: {`filter`: `id`, `columns`: {
               `a`: {`expression`: `no_such::text`}, `b`: {`expression`: `random()::text`},
               `c`: {`expression`: `(current_date - 1)::text`}, `d`: {`expression`: `max(code)`},
               `e`: {`expression`: `unnest(ARRAY['a','b'])`}, `f`: {`expression`: `public.hidden_clock()`},
               `g`: {`expression`: `code) FROM auth.users --`}, `h`: {`expression`: `(1 / (id - 1))::text`},
               `i`: {`expression`: `code || 'now()' -- CURRENT_DATE`}}},
             `public.readings`: {`filter`: `at < now()`}}
            """);

    assertBlocked(findings, "public.units: filter", "must be type boolean");
    assertBlocked(findings, "public.readings: filter", "it uses now()");
    assertBlocked(findings, "public.units.a", "column \"no_such\" does not exist");
    assertBlocked(findings, "public.units.b", "volatile function");
    assertBlocked(findings, "public.units.c", "it uses CURRENT_DATE");
    assertBlocked(findings, "public.units.d", "aggregate functions are not allowed");
    assertBlocked(findings, "public.units.e", "set-returning functions are not allowed");
    assertBlocked(findings, "public.units.f", "other values each time");
    assertBlocked(findings, "public.units.g", "syntax error");
    assertBlocked(findings, "public.units.h", "on some row it fails with SQLSTATE 22012");
    assertThat(findings).noneMatch(it -> it.object().equals("public.units.i"));
  }

  @Test
  void rules_that_name_nothing_are_told_the_nearest_name() throws Exception {
    List<Finding> findings =
        findings(
            """
            {`public.unit`: {`skip`: true}, `public.readings`: {`later`: true},
             `public.units`: {`columns`: {`cod`: {`drop`: true}}}}
            """);

    assertBlocked(findings, "public.unit", "did you mean public.units?");
    assertBlocked(findings, "public.units.cod", "did you mean code?");
    assertThat(findings)
        .anySatisfy(
            it -> {
              assertThat(it.object()).isEqualTo("public.readings");
              assertThat(it.message()).contains("left for later");
            });
  }

  @Test
  void two_tables_do_not_go_to_one() throws Exception {
    assertBlocked(
        findings("{`public.units`: {`rename`: `public.readings`}}"),
        "public.units",
        "would go to public.readings, and so would those of public.readings");
  }

  @Test
  void two_columns_do_not_go_to_one() throws Exception {
    assertThat(findings("{`public.units`: {`columns`: {`code`: {`rename`: `state`}}}}"))
        .anySatisfy(
            it -> {
              assertThat(it.object()).isEqualTo("public.units.state");
              assertThat(it.message())
                  .isEqualTo(
                      "Its values would go to the target's column state, and so would those of code.");
            });
  }

  @Test
  void a_constant_must_be_written_as_the_target_writes_it() throws Exception {
    PreflightPair.asSuperuser(
        pair.target,
        "SET ROLE app_owner; ALTER TABLE public.units ADD day date, ADD small smallint, ADD kind public.status, ADD doc jsonb, ADD yes boolean");
    String rules =
        "{`public.units`: {`columns`: {`day`: {`constant`: `%s`}, `small`: {`constant`: %s},"
            + " `kind`: {`constant`: `%s`}, `doc`: {`constant`: `%s`}, `yes`: {`constant`: true}}}}";

    List<Finding> findings = findings(rules.formatted("1 Jan 2026", "70000", "none", "{ }"));
    assertBlocked(findings, "public.units.day", "in another form", "{\"constant\":\"2026-01-01\"}");
    assertBlocked(findings, "public.units.small", "smallint does not take");
    assertBlocked(findings, "public.units.kind", "status does not take");
    assertBlocked(findings, "public.units.doc", "{\"constant\":\"{}\"}");

    assertOpen(findings(rules.formatted("2026-01-01", "7", "new", "{}")));
  }

  @Test
  void rows_that_a_filter_leaves_without_what_they_refer_to_are_found() throws Exception {
    List<Finding> findings = findings("{`public.units`: {`filter`: `id <= 40`}}");
    assertBlocked(
        findings,
        "public.readings",
        "of 10 rows refers to rows of public.units that its filter leaves out",
        "{`public.readings`:{`filter`:`\\`readings\\`.\\`unit_id\\` IS NULL OR".replace('`', '"'));
    String filter =
        findings.stream()
            .filter(it -> it.object().equals("public.readings"))
            .map(it -> it.remedy().substring(it.remedy().indexOf("{\"public.readings\":") + 1))
            .map(it -> it.substring(0, it.length() - 1))
            .findFirst()
            .orElseThrow();

    assertOpen(findings("{`public.units`: {`filter`: `id <= 40`}, " + filter + "}"));
  }

  @Test
  void null_that_the_target_refuses_may_come_of_an_expression() throws Exception {
    PreflightPair.asSuperuser(
        pair.target,
        "SET ROLE app_owner; ALTER TABLE public.units ALTER state SET NOT NULL, ADD label text NOT NULL");
    String rules = "{`public.units`: {`columns`: {`label`: {`expression`: `nullif(code, '%s')`}}}}";

    assertBlocked(findings(rules.formatted("c7")), "public.units.label", "gives it for some rows");
    assertOpen(findings(rules.formatted("c99")));
  }
}
