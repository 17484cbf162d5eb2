package dev.overwinter.sandbox.kill;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A program at work in a process of its own, which is killed with SIGKILL at one of the messages it
 * sends to its databases. Before each thing that it does the program tells what, with {@link
 * #tell}, and at last that it is over.
 */
final class Victim {
  private static final String OVER = "over";
  private static final String NEWS = "now: ";
  private static final int KILLED = 128 + 9;
  private static final long PATIENCE_SECONDS = 60;

  private Victim() {}

  /**
   * How it ended.
   *
   * @param exitCode its exit code
   * @param doing what it had told last, or an empty text
   * @param sent the kind of statement of each message that it had sent
   * @param copies the COPY statements that it had sent
   * @param lines the lines to the servers that it had, see {@link #sessions}
   * @param output all it had said
   */
  record End(
      int exitCode,
      String doing,
      List<String> sent,
      List<String> copies,
      Set<String> lines,
      String output) {
    /** Waits until a server has noticed that it is gone, and has ended what it was asked for. */
    void awaitEndOfSessions(Connection superuser) throws SQLException, InterruptedException {
      String sessions = "SELECT pid FROM pg_stat_activity WHERE " + sessions(lines);
      while (!GuardLook.strings(superuser, sessions).isEmpty()) {
        Thread.sleep(5);
      }
    }

    /** Whether the blow fell while it was at work. */
    boolean isKilledAtWork() {
      return exitCode == KILLED && !doing.equals(OVER) && !doing.isEmpty();
    }

    boolean isOver() {
      return exitCode == 0 && doing.equals(OVER);
    }

    /** Whether the blow fell when everything was done, and only its sessions were left to close. */
    boolean isKilledOnItsWayOut() {
      return exitCode == KILLED && doing.equals(OVER);
    }
  }

  /** A condition on {@code pg_stat_activity}, for the sessions that these lines lead to. */
  static String sessions(Set<String> lines) {
    return "inet_server_port() || ' ' || client_port IN ('%s')"
        .formatted(String.join("', '", lines));
  }

  /** Called by the program before each thing that it does. */
  static void tell(String what) {
    System.out.println(NEWS + what);
    System.out.flush();
  }

  /** Called by the program when it has done everything. */
  static void tellIsOver() {
    tell(OVER);
  }

  /**
   * Runs a program until it ends or is killed.
   *
   * @param program has a main method
   * @param arguments those that are JDBC addresses lead through wires
   */
  static End run(Class<?> program, List<String> arguments, Strike strike) throws Exception {
    return run(program, arguments, strike, Wires.Witness.NONE);
  }

  /**
   * The same, with somebody who looks on.
   *
   * @param witness looks at what the program has in its hands when the blow falls
   */
  static End run(Class<?> program, List<String> arguments, Strike strike, Wires.Witness witness)
      throws Exception {
    return run(program, arguments, Map.of(), strike, witness);
  }

  /**
   * The same, of a program that finds more in its environment.
   *
   * @param environment addresses in it lead through wires, too
   */
  static End run(
      Class<?> program,
      List<String> arguments,
      Map<String, String> environment,
      Strike strike,
      Wires.Witness witness)
      throws Exception {
    Path output = Files.createTempFile("victim", ".txt");
    try (Wires wires = new Wires(strike, witness)) {
      List<String> words = new ArrayList<>();
      words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // What lets it begin soon.
      words.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
      words.add("-DOVERWINTER_LOG_FILE=" + System.getProperty("OVERWINTER_LOG_FILE", ""));
      words.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
      arguments.forEach(each -> words.add(through(wires, each)));
      ProcessBuilder builder =
          new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
      environment.forEach((name, value) -> builder.environment().put(name, through(wires, value)));
      Process process = builder.start();
      wires.aim(process);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError("hangs: " + Files.readString(output));
      }
      if (wires.blindness() != null) {
        throw new AssertionError("the witness saw nothing", wires.blindness());
      }
      return end(process.exitValue(), wires, Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }

  private static String through(Wires wires, String word) {
    return word.startsWith("jdbc:") ? wires.through(word) : word;
  }

  private static End end(int exitCode, Wires wires, String output) {
    String doing =
        output
            .lines()
            .filter(line -> line.startsWith(NEWS))
            .reduce("", (earlier, later) -> later.substring(NEWS.length()));
    return new End(exitCode, doing, wires.sent(), wires.copies(), wires.lines(), output);
  }
}
