package dev.overwinter.workflows.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.workflows.request.LaterTable.Triggers;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import org.junit.jupiter.api.Test;

final class LaterRequestReaderTest {
  private static LaterRequestReader.Result read(String json) throws Exception {
    return LaterRequestReader.read(new ObjectMapper().readTree(json.replace('\'', '"')));
  }

  @Test
  void the_run_is_enough() throws Exception {
    LaterRequestReader.Result read = read("{'run': 'night'}");

    assertThat(read.problems()).isEmpty();
    assertThat(read.request().tables()).isEmpty();
    assertThat(read.request().copy()).isEqualTo(new CopyRules(2, 8L << 20));
    assertThat(read.request().insteadOf()).isNull();
    assertThat(read.request().mappingRetentionDays()).isNull();
  }

  @Test
  void a_table_without_a_rule_is_carried_as_the_first_run_was_told() throws Exception {
    LaterRequest request =
        read("""
            { 'run': 'night', 'insteadOf': 'later-1',
              'users': {'mappingRetention': 'P180D'},
              'references': {'columns': {'public.history.by': 'leave'}, 'unknownUsers': 'keep'},
              'tables': {
                'public.plain': {},
                'public.history': {'triggers': 'fire', 'filter': 'id > 7', 'rename': 'a.history'}}}
            """)
            .request();

    assertThat(request.tables().get("public.plain"))
        .isEqualTo(new LaterTable(null, Triggers.REFUSE));
    assertThat(request.tables().get("public.history").triggers()).isEqualTo(Triggers.FIRE);
    assertThat(request.tables().get("public.history").rule().rename()).isEqualTo("a.history");
    assertThat(request.references()).containsEntry("public.history.by", ReferenceTreatment.LEAVE);
    assertThat(request.unknownUsers()).isEqualTo(UnknownUserRule.KEEP);
    assertThat(request.insteadOf()).isEqualTo("later-1");
    assertThat(request.mappingRetentionDays()).isEqualTo(180);
    ObjectMapper json = JacksonJsonPayloadConverter.newDefaultObjectMapper();
    assertThat(json.treeToValue(json.valueToTree(request), LaterRequest.class)).isEqualTo(request);
  }

  @Test
  void a_mistake_is_told_with_its_place() throws Exception {
    assertThat(
            read("{'rum': 'x', 'tables': {'public.a': {'later': true, 'rename': 'b'}}}").problems())
        .containsExactlyInAnyOrder(
            "run is missing: the workflow id of the run that went live",
            "tables.public.a.rename must be the target's table as schema.table",
            "rum is not known here: did you mean run?",
            "tables.public.a.later is not known here: known are rename, filter, columns, triggers");
  }
}
