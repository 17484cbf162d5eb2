package dev.overwinter.sandbox.kill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Stops a server, also as a loss of power would, and starts it again in the same place. */
public final class ServerRestart {
  private static final long PATIENCE_SECONDS = 60;

  private final Path data;
  private final Path log;
  private final Path program;

  private ServerRestart(Path data) throws IOException {
    this.data = data;
    this.log = data.resolveSibling(data.getFileName() + "-restart.log");
    // Where EmbeddedPostgres has unpacked its programs, the server itself is known to stand.
    String server = Files.readString(data.resolve("postmaster.opts")).split(" ")[0];
    this.program = Path.of(server).resolveSibling("pg_ctl");
  }

  /** Of the server that a connection leads to. */
  public static ServerRestart of(Connection superuser) throws SQLException, IOException {
    return new ServerRestart(Path.of(GuardLook.strings(superuser, "SHOW data_directory").get(0)));
  }

  /**
   * Returns when the server answers again.
   *
   * @param superuser a connection to it, which does not outlive it
   */
  static void immediately(Connection superuser) throws Exception {
    of(superuser).again();
  }

  /** Stops it in order. */
  public void stop() throws Exception {
    control("stop", "-m", "fast");
  }

  /** Stops it at once, if it runs, and returns when it answers again. */
  public void again() throws Exception {
    control("restart", "-m", "immediate");
  }

  /** Where the server keeps its files. */
  public Path data() {
    return data;
  }

  /** What it has logged since. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  private void control(String... what) throws Exception {
    List<String> words = new ArrayList<>();
    if (isRoot()) {
      // PostgreSQL does not run as root; this is how EmbeddedPostgres has started it.
      words.addAll(List.of("unshare", "-U"));
    }
    words.add(program.toString());
    words.addAll(List.of(what));
    words.addAll(List.of("-w", "-D", data.toString(), "-l", log.toString()));
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError("no %s: %s".formatted(what[0], log()));
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"))
        && System.getProperty("os.name").startsWith("Linux");
  }
}
