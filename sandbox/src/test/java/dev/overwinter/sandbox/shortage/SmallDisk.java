package dev.overwinter.sandbox.shortage;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file system of its own with little room, which another program fills up. It is in memory, and
 * what is on it goes with it.
 */
final class SmallDisk implements AutoCloseable {
  private static final Optional<String> OBSTACLE = look();
  private static final long GREED_MILLIS = 1;

  private final Path directory;
  private final Path ballast;
  private Thread greedy;
  private volatile boolean full;

  private SmallDisk(Path directory) {
    this.directory = directory;
    this.ballast = directory.resolve("somebody-elses-file");
  }

  /** Why there can be none on this machine, if so. */
  static Optional<String> obstacle() {
    return OBSTACLE;
  }

  private static Optional<String> look() {
    if (!System.getProperty("os.name").startsWith("Linux")) {
      return Optional.of("small file systems are mounted on Linux only");
    }
    try {
      Path directory = Files.createTempDirectory("small-disk");
      try {
        mount(directory, 1).close();
        return Optional.empty();
      } finally {
        Files.delete(directory);
      }
    } catch (IOException | UncheckedIOException e) {
      return Optional.of("no small file system can be mounted here: " + e.getMessage().strip());
    }
  }

  /** Puts one at this place, which is made when it is missing. */
  static SmallDisk mount(Path directory, int megabytes) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run("mount", "-t", "tmpfs", "-o", "mode=0700,size=" + megabytes + "m", "none", "" + directory);
    return new SmallDisk(directory);
  }

  /** Takes all room that there is, and from now on all that others free. */
  void fill() {
    full = true;
    takeAll();
    greedy = new Thread(this::beGreedy, "greedy");
    greedy.setDaemon(true);
    greedy.start();
  }

  private void beGreedy() {
    try {
      while (full) {
        takeAll();
        Thread.sleep(GREED_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void takeAll() {
    take(1024 * 1024);
    take(4096);
  }

  private void take(int bytes) {
    byte[] piece = new byte[bytes];
    try (OutputStream file =
        Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (full) {
        file.write(piece);
      }
    } catch (IOException noRoomLeft) {
      // That is what it is for.
      return;
    }
  }

  /** Gives back what was taken. */
  void makeRoom() throws IOException, InterruptedException {
    full = false;
    if (greedy != null) {
      greedy.join();
    }
    Files.deleteIfExists(ballast);
  }

  /** Whoever still uses it is not waited for. */
  @Override
  public void close() {
    full = false;
    run("umount", "--lazy", directory.toString());
  }

  private static void run(String... command) {
    try {
      List<String> words = new ArrayList<>(List.of(command));
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes());
      if (process.waitFor() != 0) {
        throw new IOException(said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
