package dev.overwinter.sandbox.freeze;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.freeze.Measurement.Outcome;
import dev.overwinter.sandbox.freeze.Measurement.Result;
import dev.overwinter.sandbox.freeze.Writer.Effect;
import dev.overwinter.sandbox.freeze.Writer.Moment;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every way to write to a Supabase project, against the freeze and against what others do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryWriterTest {
  private static final Path PAGE = Path.of("../docs/freeze.md");

  private final List<Writer> services = ServiceWriters.all();
  private final List<Writer> writers =
      Stream.concat(services.stream(), SqlWriters.all().stream()).toList();

  private Map<Writer, Result> readOnlyDefault;
  private Map<Writer, Result> revoke;
  private Map<Writer, Result> revokeOfAuthToo;
  private Map<Writer, Result> overwinter;

  @BeforeAll
  void measure() throws Exception {
    try (EmbeddedPostgres server = FrozenSource.startServer()) {
      readOnlyDefault = measure(server, writers, WayOfFreezing.ReadOnlyDefault::new);
      revoke = measure(server, writers, source -> new WayOfFreezing.Revoke(source, false));
      revokeOfAuthToo = measure(server, services, source -> new WayOfFreezing.Revoke(source, true));
      overwinter =
          measure(
              server,
              writers,
              source ->
                  new WayOfFreezing.Overwinter(
                      source,
                      source.step(),
                      FrozenSource.input(
                          "a", "{\"lockTimeout\": \"PT0.1S\", \"drain\": \"PT15S\"}")));
    }
  }

  private Map<Writer, Result> measure(
      EmbeddedPostgres server, List<Writer> tried, Function<FrozenSource, WayOfFreezing> way)
      throws Exception {
    try (FrozenSource source = FrozenSource.on(server)) {
      return Measurement.of(source, way.apply(source), tried);
    }
  }

  @TestFactory
  Stream<DynamicTest> changes_no_row_of_the_frozen_source() {
    return writers.stream()
        .filter(writer -> writer.moment() != Moment.IN_FLIGHT && writer.isSeenByTriggers())
        .map(
            writer ->
                DynamicTest.dynamicTest(
                    writer.toString(),
                    () -> {
                      Result result = overwinter.get(writer);
                      assertThat(Stream.of(result.old(), result.fresh()))
                          .filteredOn(outcome -> outcome != null)
                          .isNotEmpty()
                          .containsOnly(expected(writer, result));
                    }));
  }

  private static Outcome expected(Writer writer, Result result) {
    boolean mayPass = writer.effect() == Effect.NO_ROW && result.old() == Outcome.NO_ROW;
    return mayPass ? Outcome.NO_ROW : Outcome.STOPPED;
  }

  @TestFactory
  Stream<DynamicTest> is_found_and_named_where_no_trigger_can_stop_it() {
    return writers.stream()
        .filter(writer -> !writer.isSeenByTriggers())
        .map(
            writer ->
                DynamicTest.dynamicTest(
                    writer.toString(),
                    () -> assertThat(overwinter.get(writer).finding()).contains(writer.named())));
  }

  @TestFactory
  Stream<DynamicTest> is_waited_for_when_it_was_in_flight() {
    return writers.stream()
        .filter(writer -> writer.moment() == Moment.IN_FLIGHT)
        .map(
            writer ->
                DynamicTest.dynamicTest(
                    writer.toString(),
                    () -> assertThat(overwinter.get(writer).old()).isEqualTo(Outcome.WAITED_FOR)));
  }

  @Test
  void is_not_stopped_by_taking_rights_from_supabase_auth_either() {
    for (Writer writer : services) {
      assertThat(revokeOfAuthToo.get(writer)).as(writer.toString()).isEqualTo(revoke.get(writer));
    }
  }

  @Test
  void the_page_about_the_freeze_has_the_table_that_was_measured() throws Exception {
    MeasuredTable table = new MeasuredTable(readOnlyDefault, revoke, overwinter);
    if (System.getProperty("freeze.record") != null) {
      table.writeInto(PAGE, writers);
    }
    assertThat(MeasuredTable.in(PAGE)).isEqualTo(table.lines(writers));
  }
}
