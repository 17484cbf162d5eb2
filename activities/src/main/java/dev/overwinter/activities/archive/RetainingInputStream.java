package dev.overwinter.activities.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Keeps the bytes that were read through it until it is told to forget them, so that a document can
 * be taken out as it stands after a parser has found where it ends. Not thread-safe.
 */
final class RetainingInputStream extends FilterInputStream {
  private static final int SMALLEST = 64 * 1024;

  private byte[] window = new byte[SMALLEST];

  /** The stream's offset of the window's first byte. */
  private long windowOffset;

  private int kept;
  private int size;

  RetainingInputStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    if (count > 0) {
      makeRoom(count);
      System.arraycopy(bytes, offset, window, size, count);
      size += count;
    }
    return count;
  }

  /** Whoever asks for bytes before this offset from now on, asks in vain. */
  void forgetBefore(long offset) {
    kept = Math.toIntExact(offset - windowOffset);
  }

  /** A copy of bytes that were read and not forgotten. */
  byte[] slice(long from, long to) {
    return Arrays.copyOfRange(
        window, Math.toIntExact(from - windowOffset), Math.toIntExact(to - windowOffset));
  }

  private void makeRoom(int count) {
    if (window.length - size >= count) {
      return;
    }
    int rest = size - kept;
    byte[] larger = rest + count > window.length / 2 ? new byte[2 * (rest + count)] : window;
    System.arraycopy(window, kept, larger, 0, rest);
    window = larger;
    windowOffset += kept;
    kept = 0;
    size = rest;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
