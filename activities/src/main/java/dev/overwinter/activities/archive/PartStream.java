package dev.overwinter.activities.archive;

import dev.overwinter.activities.Sha256;
import dev.overwinter.activities.postgres.TableDigest;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** A part's file while it is written, compressed where its name says so. Not thread-safe. */
final class PartStream {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final MessageDigest sha256 = Sha256.newDigest();
  private final FileOutputStream file;
  private final FastGzip gzip;
  private final OutputStream stream;

  PartStream(String name, FileOutputStream file) throws IOException {
    this.file = file;
    OutputStream digested = new DigestOutputStream(file, sha256);
    this.gzip = PartNames.isCompressed(name) ? new FastGzip(digested) : null;
    this.stream = new BufferedOutputStream(gzip == null ? digested : gzip, BUFFER_BYTES);
  }

  /** What a part's file holds, whether it is compressed or not. */
  static InputStream uncompressed(String name, InputStream file) throws IOException {
    return PartNames.isCompressed(name) ? new GZIPInputStream(file, BUFFER_BYTES) : file;
  }

  /** Takes the lines. */
  OutputStream stream() {
    return stream;
  }

  /**
   * Ends what is in the file, when everything was handed to the stream. The file stays open.
   *
   * @param rows the digest of the rows that were written
   */
  ExportedPart end(TableDigest rows) throws IOException {
    stream.flush();
    if (gzip != null) {
      gzip.end();
    }
    return new ExportedPart(
        rows, file.getChannel().position(), HexFormat.of().formatHex(sha256.digest()));
  }

  private static final class FastGzip extends GZIPOutputStream {
    private FastGzip(OutputStream out) throws IOException {
      super(out, BUFFER_BYTES);
      def.setLevel(Deflater.BEST_SPEED);
    }

    private void end() throws IOException {
      finish();
      def.end();
    }
  }
}
