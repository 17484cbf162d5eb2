package dev.overwinter.activities.archive;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * One run's directory in the archive. Files appear whole or not at all; directories and files are
 * for the worker's own account only. Thread-safe.
 */
public final class ArchiveDirectory {
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final String NO_SPACE = "no space is left";

  /** Each worker may have a directory of its own; this is what Temporal calls the worker. */
  private static final String WORKER = ManagementFactory.getRuntimeMXBean().getName();

  private final Path root;
  private final Path directory;

  /**
   * @param root where the runs' directories are; made when it is missing
   */
  public ArchiveDirectory(Path root, RunKey run) {
    this.root = root;
    this.directory = root.resolve(PartNames.ofRun(run));
  }

  /** The directory, which is made when it is missing. */
  public Path made() {
    try {
      makeDirectories(directory);
      return directory;
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /** Removes the directory with everything in it; nothing happens when there is none. */
  public void remove() {
    try (Stream<Path> files = Files.exists(directory) ? Files.walk(directory) : Stream.empty()) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      // Another attempt that removes it, too, takes directories away under this one's walk.
      throw unavailable(e.getCause());
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /** Writes a file under a temporary name and forces it to the disk. */
  public <T> Draft<T> write(String name, Draft.FileWork<T> work) {
    return Draft.write(fileToWrite(name), true, work);
  }

  /** Writes a file under a temporary name that need not outlast a failure of the host. */
  <T> Draft<T> writePassing(String name, Draft.FileWork<T> work) {
    return Draft.write(fileToWrite(name), false, work);
  }

  private Path fileToWrite(String name) {
    Path file = directory.resolve(name);
    try {
      makeDirectories(file.getParent());
    } catch (IOException e) {
      throw unavailable(e);
    }
    return file;
  }

  /** Removes a file; nothing happens when there is none. */
  void remove(String name) {
    try {
      Files.deleteIfExists(directory.resolve(name));
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /** Removes all files of this run with a name that ends so. */
  void removeAll(String suffix) {
    try (Stream<Path> files = Files.exists(directory) ? Files.walk(directory) : Stream.empty()) {
      for (Path file : files.filter(it -> it.toString().endsWith(suffix)).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (UncheckedIOException e) {
      throw unavailable(e.getCause());
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /**
   * Opens a file.
   *
   * @throws DamagedPartException when there is none
   */
  InputStream read(String name) throws IOException {
    try {
      return new BufferedInputStream(Files.newInputStream(directory.resolve(name)), BUFFER_BYTES);
    } catch (NoSuchFileException e) {
      throw new DamagedPartException("is missing");
    }
  }

  /** The file's size, or -1 when there is none. */
  long size(String name) {
    try {
      return Files.size(directory.resolve(name));
    } catch (NoSuchFileException e) {
      return -1;
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /** Removes what workers that died were writing. Whoever still writes fails and does it again. */
  void removeDrafts() {
    Draft.removeLeftBehind(directory, "");
  }

  /** For a file system that refuses. Its own message names paths and is left out. */
  static StepException unavailable(IOException failure) {
    String reason = reason(failure);
    return new StepException(
        FailureType.ARCHIVE_UNAVAILABLE,
        "The archive directory of worker %s cannot be used: %s. %s there (archive.directory in that worker's settings), then retry the step."
            .formatted(WORKER, reason, reason.equals(NO_SPACE) ? "Free some" : "Look"));
  }

  private static String reason(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.contains("No space left") || message.contains("quota exceeded")) {
      return NO_SPACE;
    }
    if (message.contains("Read-only file system")) {
      return "its file system is read-only";
    }
    if (failure instanceof AccessDeniedException || message.contains("Permission denied")) {
      return "permission is denied";
    }
    if (failure instanceof FileSystemException refused && refused.getReason() != null) {
      return refused.getReason();
    }
    return failure.getClass().getSimpleName();
  }

  private void makeDirectories(Path wanted) throws IOException {
    if (Files.isDirectory(wanted)) {
      return;
    }
    Files.createDirectories(wanted, Draft.ownerOnly(root, "rwx------"));
    for (Path made = wanted; !made.equals(root); made = made.getParent()) {
      Draft.sync(made.getParent());
    }
  }
}
