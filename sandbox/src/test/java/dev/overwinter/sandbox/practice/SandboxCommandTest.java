package dev.overwinter.sandbox.practice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.overwinter.worker.Overwinter;
import java.io.File;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code overwinter sandbox} as a person types it, in a process of its own. */
@Timeout(180)
class SandboxCommandTest {
  private static final long PATIENCE_SECONDS = 90;

  @TempDir Path directory;

  private final List<Process> typed = new ArrayList<>();

  @AfterEach
  void nothingGoesOn() {
    typed.forEach(Process::destroyForcibly);
    servers().forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void others_can_plan_with_what_it_writes_and_a_stop_leaves_no_process() throws Exception {
    Process sandbox = sandbox("--traffic", "--listen", "0.0.0.0", "--host", thisMachine());
    awaitReady(sandbox);

    JsonNode request = new ObjectMapper().readTree(file("request.json").toFile());
    assertThat(request.at("/expect/targetDatabase").asText()).isEqualTo("coldchain");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("secrets.env"))))
        .isEqualTo("rw-------");
    Process plan =
        shell("set -a; . ./secrets.env; exec " + overwinter("plan --config overwinter.yaml"));
    assertThat(plan.waitFor()).as(output(plan)).isZero();
    othersReachItWithThePasswordOnly();
    assertThat(awaitOutput(sandbox, "The application writes to the source"))
        .contains("--input-file " + file("request.json"))
        .contains("plan --config " + file("overwinter.yaml"));

    assertThat(servers()).hasSizeGreaterThanOrEqualTo(2);
    sandbox.destroy();
    assertThat(sandbox.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(servers()).isEmpty();
    assertThat(file("databases/source")).doesNotExist();
    assertThat(output(sandbox)).contains("Stopped.");
  }

  @Test
  void after_a_kill_it_begins_anew_where_it_was() throws Exception {
    Process killed = sandbox();
    awaitReady(killed);
    String url = urlOf("source");
    killed.destroyForcibly().waitFor();
    List<ProcessHandle> orphans = servers();
    assertThat(orphans).hasSizeGreaterThanOrEqualTo(2);

    String port = url.replaceAll(".*:(\\d+)/.*", "$1");
    awaitReady(sandbox("--source-port", port));

    assertThat(urlOf("source")).isEqualTo(url);
    assertThat(orphans).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void a_port_that_is_taken_is_named_with_the_option_to_change_it() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (String part : List.of("source", "target", "stack")) {
        Process refused = sandbox("--" + part + "-port", "" + taken.getLocalPort());

        assertThat(refused.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(refused.exitValue()).isEqualTo(2);
        assertThat(output(refused))
            .contains("Port " + taken.getLocalPort() + ", where the ", "is in use")
            .contains("choose another one with --" + part + "-port.");
        assertThat(file("request.json")).doesNotExist();
      }
    }
  }

  private void othersReachItWithThePasswordOnly() throws Exception {
    String url = "jdbc:" + urlOf("target");

    assertThat(url).contains(thisMachine());
    try (Connection connection =
            DriverManager.getConnection(url, "app_owner", "app_owner-of-the-sandbox");
        ResultSet rows = connection.createStatement().executeQuery("SELECT inet_server_addr()")) {
      rows.next();
      assertThat(rows.getString(1)).isEqualTo(thisMachine());
    }
    assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres", "guessed"))
        .isInstanceOfSatisfying(
            SQLException.class, refusal -> assertThat(refusal.getSQLState()).isEqualTo("28P01"));
  }

  private Process sandbox(String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of("sandbox", "--directory", directory.toString()));
    words.addAll(List.of("--users", "120", "--readings", "2000"));
    List<String> given = List.of(options);
    for (String port : List.of("--source-port", "--target-port", "--stack-port")) {
      if (!given.contains(port)) {
        words.addAll(List.of(port, "0"));
      }
    }
    words.addAll(given);
    return shell("exec " + overwinter(String.join(" ", words)));
  }

  private Process shell(String line) throws Exception {
    Path output = Files.createTempFile(directory, "output", ".txt");
    ProcessBuilder shell = new ProcessBuilder("bash", "-c", line).directory(directory.toFile());
    shell
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("OVERWINTER_") || name.startsWith("TEMPORAL_"));
    Process process = shell.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    Files.move(output, outputOf(process));
    typed.add(process);
    return process;
  }

  private static String overwinter(String words) {
    // As a person has it: without the tests and how they log.
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(part -> !part.endsWith("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));
    return "'%s' -Xmx256m -cp '%s' %s %s"
        .formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            classPath,
            Overwinter.class.getName(),
            words);
  }

  private void awaitReady(Process sandbox) throws Exception {
    awaitOutput(sandbox, "Ready, until");
  }

  private String awaitOutput(Process process, String wanted) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!output(process).contains(wanted)) {
      assertThat(process.isAlive()).as(output(process)).isTrue();
      assertThat(System.nanoTime()).as(output(process)).isLessThan(deadline);
      Thread.sleep(50);
    }
    return output(process);
  }

  /** The postmasters, which are nobody's children, and what they are just forking. */
  private List<ProcessHandle> servers() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").contains(directory.toString()))
        .toList();
  }

  private String output(Process process) throws Exception {
    return Files.readString(outputOf(process));
  }

  private Path outputOf(Process process) {
    return directory.resolve("output-of-" + process.pid());
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private String urlOf(String side) throws Exception {
    Matcher url =
        Pattern.compile(side + ":\n +url: (\\S+)")
            .matcher(Files.readString(file("overwinter.yaml")));
    assertThat(url.find()).isTrue();
    return url.group(1);
  }

  /** An address that is not the loopback's, if there is one. */
  private static String thisMachine() throws Exception {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .map(InetAddress::getHostAddress)
        .findFirst()
        .orElse("127.0.0.1");
  }
}
