package dev.overwinter.sandbox.real;

import static org.assertj.core.api.Assertions.assertThat;

import dev.overwinter.sandbox.app.SandboxApplication;
import dev.overwinter.sandbox.demo.WorkerChild;
import dev.overwinter.sandbox.endtoend.Expect;
import dev.overwinter.sandbox.endtoend.Night;
import dev.overwinter.worker.codec.CodecEndpoint;
import dev.overwinter.worker.secrecy.EncryptingCodec;
import dev.overwinter.worker.secrecy.PayloadKey;
import dev.overwinter.worker.secrecy.PayloadKeys;
import dev.overwinter.workflows.status.RunState;
import dev.overwinter.workflows.status.RunStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A night of which Temporal cannot read what it keeps, and the command line only with the key. */
@OnRealTemporal
@Timeout(600)
class EncryptedNightTest {
  private static final String NIGHT = " --workflow-id night";

  private final PayloadKey key = PayloadKey.random();
  private final PayloadKey newKey = PayloadKey.random();
  private final RealTemporal temporal = new RealTemporal();

  @TempDir Path directory;

  @Test
  void temporal_keeps_no_readable_payload_and_a_changed_key_takes_over_in_the_middle()
      throws Exception {
    try (Night night =
            Night.prepare(directory, temporal, Map.of("OVERWINTER_PAYLOAD_KEY", key.base64()));
        CodecEndpoint endpoint = endpoint(PayloadKeys.of(key, List.of()))) {
      String codec = codec(endpoint);
      night.stage.worker().start();
      startNight(codec);
      RunStatus waiting = night.await(RunState.WAITING_FOR_APPROVAL);
      statusIsReadOnlyWithTheKey(codec);
      refusedRequestIsReadOnlyWithTheKey(codec);
      rejectionIsReadOnlyWithTheKey(codec);
      Typed longer =
          type(
              "update execute --name extendDeadline --input '{\"by\":\"carl\",\"for\":\"PT1H\"}'",
              NIGHT + codec);
      assertThat(longer.exitCode()).as(longer.all()).isZero();
      assertThat(longer.out()).contains("The frozen window ends");
      historyIsReadOnlyWithTheKey(codec);

      night.stage.worker().kill();
      workerWithoutTheKeyRefusesToListen(night);
      goLiveWithAnotherKey(night, waiting);

      Expect.everyRowOnTheTarget(night.stage);
      Expect.oneAccountPerUser(night.stage);
    }
  }

  private void refusedRequestIsReadOnlyWithTheKey(String codec) throws Exception {
    type(
        "start --type FreezeBackfill --task-queue overwinter --input '{\"schemsa\":[\"app\"]}'",
        " --workflow-id wrong" + codec);
    type("result", " --workflow-id wrong");
    Typed readable = type("show -o json", " --workflow-id wrong" + codec);
    Typed sealed = type("show -o json", " --workflow-id wrong");

    assertThat(withData(readable.out())).contains("The request is wrong", "InvalidRequest");
    assertThat(withData(sealed.out()))
        .contains("Encoded failure", "InvalidRequest")
        .doesNotContain("The request is wrong")
        .doesNotContain("schemsa");
  }

  private void startNight(String codec) throws Exception {
    Files.writeString(directory.resolve("request.json"), Night.request().toString());
    Typed start =
        type(
            "start --type FreezeBackfill --task-queue overwinter --input-file request.json"
                + " --fail-existing --id-reuse-policy RejectDuplicate",
            NIGHT + codec);
    assertThat(start.exitCode()).as(start.all()).isZero();
  }

  private void statusIsReadOnlyWithTheKey(String codec) throws Exception {
    Typed readable = type("query --name status", NIGHT + codec);
    Typed sealed = type("query --name status", NIGHT);

    assertThat(readable.out()).contains("WAITING_FOR_APPROVAL", "approveGoLive");
    assertThat(sealed.out()).doesNotContain("WAITING_FOR_APPROVAL").contains("encryption-key-id");
    assertThat(type("metadata", NIGHT + codec).out()).contains("WAITING FOR APPROVAL to go live");
  }

  private void rejectionIsReadOnlyWithTheKey(String codec) throws Exception {
    String approval =
        "update execute --name approveGoLive --input '{\"by\":\"bob\",\"verification\":\"00000000\"}'";

    assertThat(type(approval, NIGHT + codec).errors()).contains("this is not the digest");
    assertThat(type(approval, NIGHT).errors()).contains("Encoded failure", "NotNow");
  }

  private void historyIsReadOnlyWithTheKey(String codec) throws Exception {
    Typed sealed = type("show -o json", NIGHT);
    Typed readable = type("show -o json", NIGHT + codec);

    assertThat(sealed.exitCode()).isZero();
    String everything = withData(sealed.out());
    assertThat(everything)
        .contains("FreezeBackfill", "ExportChunks", "extendDeadline")
        .doesNotContain("carl")
        .doesNotContain("lane 1 of");
    assertThat(SandboxApplication.TABLES)
        .allSatisfy(table -> assertThat(everything).doesNotContain("public." + table));
    assertThat(withData(readable.out())).contains("carl", "lane 1 of", "public.");
  }

  /** What was printed together with what stands in it as base64. */
  private static String withData(String json) throws IOException {
    return json
        + Night.JSON.readTree(json).findValuesAsText("data").stream()
            .map(data -> new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8))
            .collect(Collectors.joining("\n"));
  }

  private void workerWithoutTheKeyRefusesToListen(Night night) throws Exception {
    Map<String, String> environment = new HashMap<>(night.stage.workerEnvironment());
    environment.remove("OVERWINTER_PAYLOAD_KEY");
    Path output = directory.resolve("logs/keyless.out");
    try (WorkerChild keyless = new WorkerChild(temporal.address(), environment, output)) {
      keyless.start();
      while (keyless.isAlive()) {
        Thread.sleep(100);
      }
    }
    assertThat(output).content().contains("run night", key.id(), "OVERWINTER_PAYLOAD_KEY");
  }

  /** By an operator who has no key either: the approval counts, its answer cannot be read. */
  private void goLiveWithAnotherKey(Night night, RunStatus waiting) throws Exception {
    Map<String, String> environment = new HashMap<>(night.stage.workerEnvironment());
    environment.put("OVERWINTER_PAYLOAD_KEY", newKey.base64());
    environment.put("OVERWINTER_PAYLOAD_OLD_KEYS", key.base64());
    Path output = directory.resolve("logs/rotated.out");
    try (WorkerChild rotated = new WorkerChild(temporal.address(), environment, output);
        CodecEndpoint endpoint = endpoint(PayloadKeys.of(newKey, List.of(key)))) {
      rotated.start();
      String command =
          waiting.nextCommands().get(0).replace("YOUR NAME", "ann").replace("execute", "start");
      Typed approval = temporal.type(directory, command + " --wait-for-stage accepted");
      assertThat(approval.exitCode()).as(approval.all()).isZero();

      Typed result = type("result", NIGHT + codec(endpoint));

      assertThat(result.out()).contains("\"state\":\"LIVE\"", "\"who\":\"ann\"");
      assertThat(type("show -o json", NIGHT).out()).doesNotContain("\"LIVE\"");
    }
  }

  private static CodecEndpoint endpoint(PayloadKeys keys) throws IOException {
    return CodecEndpoint.start(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        new EncryptingCodec(keys),
        Set.of(),
        "");
  }

  private static String codec(CodecEndpoint endpoint) {
    return " --codec-endpoint http://127.0.0.1:" + endpoint.port();
  }

  private Typed type(String command, String options) throws InterruptedException {
    return temporal.type(directory, "temporal workflow " + command + options);
  }
}
