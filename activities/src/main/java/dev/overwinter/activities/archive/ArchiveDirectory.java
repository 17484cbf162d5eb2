package dev.overwinter.activities.archive;

import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import dev.overwinter.workflows.RunKey;
import java.io.BufferedInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * One run's directory in the archive. Files appear whole or not at all; directories and files are
 * for the worker's own account only. Thread-safe.
 */
public final class ArchiveDirectory {
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final String DRAFT = ".tmp";

  private final Path root;
  private final Path directory;

  /**
   * @param root where the runs' directories are; made when it is missing
   */
  public ArchiveDirectory(Path root, RunKey run) {
    this.root = root;
    this.directory = root.resolve(PartNames.ofRun(run));
  }

  /** Something that is done with a file. */
  @FunctionalInterface
  public interface FileWork<T> {
    /** Writes; the caller closes the stream. */
    T apply(FileOutputStream stream) throws IOException;
  }

  /** A file that is written and on the disk, but does not have its name yet. */
  public final class Draft<T> implements AutoCloseable {
    private final Path temporary;
    private final Path file;
    private final T result;

    private Draft(Path temporary, Path file, T result) {
      this.temporary = temporary;
      this.file = file;
      this.result = result;
    }

    /** What the writing gave. */
    public T result() {
      return result;
    }

    /** Gives the file its name, in the place of another of that name. */
    public void publish() {
      try {
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(file.getParent());
      } catch (IOException e) {
        throw unavailable(e);
      }
    }

    /** Throws the file away unless it was published. */
    @Override
    public void close() {
      deleteQuietly(temporary);
    }
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
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /** Writes a file under a temporary name and forces it to the disk. */
  public <T> Draft<T> write(String name, FileWork<T> work) {
    Path file = directory.resolve(name);
    Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + DRAFT);
    try {
      makeDirectories(file.getParent());
      Files.createFile(temporary, ownerOnly(temporary, "rw-------"));
      try (FileOutputStream stream = new FileOutputStream(temporary.toFile())) {
        T result = work.apply(stream);
        stream.getFD().sync();
        return new Draft<>(temporary, file, result);
      }
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw unavailable(e);
    } catch (RuntimeException e) {
      deleteQuietly(temporary);
      throw e;
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
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .filter(file -> file.toString().endsWith(DRAFT))
          .forEach(ArchiveDirectory::deleteQuietly);
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /** For a file system that refuses. Its own message names paths and is left out. */
  static StepException unavailable(IOException failure) {
    return new StepException(
        FailureType.ARCHIVE_UNAVAILABLE,
        "The archive directory of the worker cannot be used: %s. Look after the directory that the"
                .formatted(reason(failure))
            + " worker's setting for the archive names; it will be tried again.");
  }

  private static String reason(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.contains("No space left") || message.contains("quota exceeded")) {
      return "no space is left";
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
    Files.createDirectories(wanted, ownerOnly(root, "rwx------"));
    for (Path made = wanted; !made.equals(root); made = made.getParent()) {
      sync(made.getParent());
    }
  }

  /** A name in a directory lasts only once the directory itself is on the disk. */
  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Worth nothing by itself: a file that is left over under a temporary name harms nobody.
      return;
    }
  }
}
