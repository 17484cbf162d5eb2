package dev.overwinter.activities.archive;

import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.StepException;
import dev.overwinter.workflows.FailureType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The files of a finished archive, which nobody can make again: its source is gone. Thread-safe.
 */
public final class ArchiveFiles {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final Path directory;

  /**
   * @param directory the archive's own, which holds {@code manifest.json}
   */
  public ArchiveFiles(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  /**
   * Makes sure that the file of a part is, byte for byte, what was recorded.
   *
   * @throws StepException {@code ARCHIVE_DAMAGED} with the file's name when it is not
   */
  public void check(Chunk chunk) {
    MessageDigest sha256 = Sha256.newDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    long size = 0;
    try (InputStream stream = stream(chunk)) {
      for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
        sha256.update(buffer, 0, count);
        size += count;
      }
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
    if (size != chunk.part().bytes()
        || !HexFormat.of().formatHex(sha256.digest()).equals(chunk.part().sha256())) {
      throw damaged(chunk, "is not the file that was written: its size or its SHA-256 differs");
    }
  }

  /** Opens the rows of a part whose file was checked. The caller closes them. */
  public ArchivedRows open(Chunk chunk) {
    try {
      return new ArchivedRows(
          PartStream.uncompressed(
              chunk.partFile(), new BufferedInputStream(stream(chunk), BUFFER_BYTES)),
          chunk);
    } catch (IOException e) {
      throw ArchiveDirectory.unavailable(e);
    }
  }

  private InputStream stream(Chunk chunk) throws IOException {
    Path file = directory.resolve(chunk.partFile()).normalize();
    if (!file.startsWith(directory)) {
      throw damaged(chunk, "is not a file of the archive");
    }
    try {
      return Files.newInputStream(file);
    } catch (NoSuchFileException e) {
      throw damaged(chunk, "is missing");
    }
  }

  static StepException damaged(Chunk chunk, String what) {
    return new StepException(
        FailureType.ARCHIVE_DAMAGED,
        "The archive's file %s %s. Get it back from a copy of the archive."
            .formatted(chunk.partFile(), what));
  }
}
