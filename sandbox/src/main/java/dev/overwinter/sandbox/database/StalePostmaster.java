package dev.overwinter.sandbox.database;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The server that a killed process left running on a data directory. A data directory takes one
 * server only, so it has to go before the next one starts.
 */
final class StalePostmaster {
  private static final long PATIENCE_SECONDS = 10;

  private StalePostmaster() {}

  static void stop(Path dataDirectory) throws IOException {
    Optional<ProcessHandle> running = runningOn(dataDirectory);
    if (running.isEmpty()) {
      return;
    }
    refuseWhenInUse(dataDirectory);
    ProcessHandle postmaster = running.get();
    postmaster.destroy();
    if (!endsInTime(postmaster)) {
      // Clients still connected keep a polite shutdown waiting; a crash is what PostgreSQL recovers
      // from.
      postmaster.destroyForcibly();
      if (!endsInTime(postmaster)) {
        throw new IOException(
            "A PostgreSQL server (process "
                + postmaster.pid()
                + ") still runs on "
                + dataDirectory
                + ": stop it and start again");
      }
    }
  }

  /** EmbeddedPostgres holds a lock for as long as its process lives. */
  private static void refuseWhenInUse(Path dataDirectory) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                dataDirectory.resolve("epg-lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        throw new IOException(
            "Another process is using " + dataDirectory + ": stop it or choose another directory");
      }
    }
  }

  private static Optional<ProcessHandle> runningOn(Path dataDirectory) throws IOException {
    Path pidFile = dataDirectory.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return Optional.empty();
    }
    long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).trim());
    return ProcessHandle.of(pid)
        .filter(process -> process.info().command().orElse("").endsWith("postgres"));
  }

  private static boolean endsInTime(ProcessHandle process) {
    try {
      process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException cause) {
      return false;
    } catch (ExecutionException cause) {
      return !process.isAlive();
    } catch (InterruptedException cause) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
