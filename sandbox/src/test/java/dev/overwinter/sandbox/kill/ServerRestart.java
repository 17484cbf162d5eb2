package dev.overwinter.sandbox.kill;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Stops a server as a loss of power would, and starts it again in the same place. */
final class ServerRestart {
  private static final long PATIENCE_SECONDS = 60;

  private ServerRestart() {}

  /**
   * Returns when the server answers again.
   *
   * @param superuser a connection to it, which does not outlive it
   */
  static void immediately(Connection superuser) throws Exception {
    Path data = Path.of(GuardLook.strings(superuser, "SHOW data_directory").get(0));
    // Where EmbeddedPostgres has unpacked its programs, the server itself is known to stand.
    String server = Files.readString(data.resolve("postmaster.opts")).split(" ")[0];
    Path log = data.resolveSibling(data.getFileName() + "-restart.log");
    List<String> words = new ArrayList<>();
    if (isRoot()) {
      // PostgreSQL does not run as root; this is how EmbeddedPostgres has started it.
      words.addAll(List.of("unshare", "-U"));
    }
    words.add(Path.of(server).resolveSibling("pg_ctl").toString());
    words.addAll(List.of("restart", "-m", "immediate", "-w", "-D", data.toString()));
    words.addAll(List.of("-l", log.toString()));
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError("no restart: " + Files.readString(log));
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"))
        && System.getProperty("os.name").startsWith("Linux");
  }
}
