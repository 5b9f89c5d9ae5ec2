package dev.holdfast.files.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Writes one part, by one thread at a time; {@link #force} may be called by another meanwhile.
 * Every method blocks.
 */
public final class PartWriter implements AutoCloseable {
  private final FileChannel channel;
  private long length;

  PartWriter(FileChannel channel, long length) {
    this.channel = channel;
    this.length = length;
  }

  public void write(ByteBuffer[] bytes) throws IOException {
    long left = 0;
    for (ByteBuffer piece : bytes) {
      left += piece.remaining();
    }
    while (left > 0) {
      long written = channel.write(bytes);
      left -= written;
      length += written;
    }
  }

  /** Syncs: what was written before survives a crash of the machine. */
  public void force() throws IOException {
    channel.force(false);
  }

  /** Drops what was written after the first {@code bytes} of the part. */
  public void cut(long bytes) throws IOException {
    channel.truncate(bytes);
    channel.position(bytes);
    length = bytes;
  }

  /** Returns the length of the part in bytes. */
  public long length() {
    return length;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
