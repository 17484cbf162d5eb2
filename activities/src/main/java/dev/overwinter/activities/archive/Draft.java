package dev.overwinter.activities.archive;

import dev.overwinter.activities.StepException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A file that is written and on the disk, but does not have its name yet, so that it appears whole
 * or not at all. Only the worker's own account may read it.
 *
 * @param <T> what the writing gives
 */
public final class Draft<T> implements AutoCloseable {
  private static final String SUFFIX = ".part";

  private final Path temporary;
  private final Path file;
  private final T result;

  private Draft(Path temporary, Path file, T result) {
    this.temporary = temporary;
    this.file = file;
    this.result = result;
  }

  /** Something that is done with a file. */
  @FunctionalInterface
  public interface FileWork<T> {
    /** Writes; the caller closes the stream. */
    T apply(FileOutputStream stream) throws IOException;
  }

  /**
   * Writes a file under a temporary name and forces it to the disk.
   *
   * @param file its name to be, in a directory that exists
   * @throws StepException {@code ARCHIVE_UNAVAILABLE} when the file system refuses
   */
  public static <T> Draft<T> write(Path file, FileWork<T> work) {
    return write(file, true, work);
  }

  /**
   * Writes a file under a temporary name.
   *
   * @param lasting whether it is forced to the disk; one that is not may be damaged when the host
   *     fails
   */
  static <T> Draft<T> write(Path file, boolean lasting, FileWork<T> work) {
    Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + SUFFIX);
    try {
      Files.createFile(temporary, ownerOnly(temporary, "rw-------"));
      try (FileOutputStream stream = new FileOutputStream(temporary.toFile())) {
        T result = work.apply(stream);
        if (lasting) {
          stream.getFD().sync();
        }
        return new Draft<>(temporary, file, result);
      }
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw ArchiveDirectory.unavailable(e);
    } catch (RuntimeException e) {
      deleteQuietly(temporary);
      throw e;
    }
  }

  /** What the writing gave. */
  public T result() {
    return result;
  }

  /**
   * Gives the file its name, in the place of another of that name.
   *
   * @throws StepException {@code ARCHIVE_UNAVAILABLE} when the file system refuses
   */
  public void publish() {
    try {
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sync(file.getParent());
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
  }

  /** Throws the file away unless it was published. */
  @Override
  public void close() {
    deleteQuietly(temporary);
  }

  /**
   * Removes what workers that died were writing in a directory and below. Whoever still writes
   * fails and does it again.
   *
   * @param name of the files, or empty for any
   */
  public static void removeLeftBehind(Path directory, String name) {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .filter(file -> file.getFileName().toString().startsWith(name))
          .filter(file -> file.getFileName().toString().endsWith(SUFFIX))
          .forEach(Draft::deleteQuietly);
    } catch (UncheckedIOException e) {
      throw ArchiveDirectory.unavailable(e.getCause());
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
  }

  /** A name in a directory lasts only once the directory itself is on the disk. */
  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
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
