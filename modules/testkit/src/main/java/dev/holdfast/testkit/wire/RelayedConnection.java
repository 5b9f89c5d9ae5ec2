package dev.holdfast.testkit.wire;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A connection through a relay. Each direction is read at once and written as its lane permits:
 * bytes that one end wrote before it closed still arrive, however late.
 */
final class RelayedConnection {
  private static final int BUFFER = 16 * 1024;
  private static final int MOST_CHUNKS = 4_096;
  private static final int MOST_FRAME = 64 << 20;
  private static final byte[] END = new byte[0];

  private record Chunk(byte[] bytes, long at) {}

  /** One direction of a connection. */
  private record Way(Socket from, Socket to, Lane lane, boolean framed) {}

  /** Strands the connection when something that fits is sent. */
  private record Trap(Lane lane, Predicate<byte[]> fits) {
    boolean takes(Way way, byte[] bytes) {
      return way.lane == lane && fits.test(bytes);
    }
  }

  private final Socket opener;
  private final Socket target;
  private final Lane there;
  private final Lane back;
  private final AtomicInteger open = new AtomicInteger(2);
  private volatile @Nullable Trap trap;
  private volatile boolean stranded;
  private volatile boolean wasStranded;

  RelayedConnection(Socket opener, Socket target, Lane there, Lane back) {
    this.opener = opener;
    this.target = target;
    this.there = there;
    this.back = back;
  }

  /**
   * @param framed whether the opener writes frames that begin with their length, as members of the
   *     bus do; answers never are
   */
  void start(boolean framed) {
    there.joined(this);
    back.joined(this);
    carry(new Way(opener, target, there, framed));
    carry(new Way(target, opener, back, false));
    if (there.isCut() || back.isCut()) {
      reset();
    }
  }

  void strand() {
    trap = null;
    wasStranded = true;
    stranded = true;
  }

  void strandFrom(Lane lane, Predicate<byte[]> fits) {
    trap = new Trap(lane, fits);
  }

  /** Releases both directions, as both were stranded. */
  void release() {
    trap = null;
    stranded = false;
    there.wake();
    back.wake();
  }

  boolean wasStranded() {
    return wasStranded;
  }

  boolean isStranded() {
    return stranded;
  }

  /** Both ends are reset; what is on its way is lost. */
  void reset() {
    there.left(this);
    back.left(this);
    reset(opener);
    reset(target);
  }

  private void carry(Way way) {
    BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(MOST_CHUNKS);
    daemon("relay-read " + way.lane, () -> read(way, chunks));
    daemon("relay-write " + way.lane, () -> write(way, chunks));
  }

  private void read(Way way, BlockingQueue<Chunk> chunks) {
    try {
      try {
        var in = new DataInputStream(way.from.getInputStream());
        byte[] bytes = next(in, way.framed);
        while (bytes.length > 0) {
          spring(way, bytes);
          chunks.put(new Chunk(bytes, System.nanoTime()));
          bytes = next(in, way.framed);
        }
      } catch (IOException ended) {
        // However it ended, what came before goes on its way.
      }
      chunks.put(new Chunk(END, System.nanoTime()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void spring(Way way, byte[] bytes) {
    Trap set = trap;
    if (set != null && set.takes(way, bytes)) {
      strand();
    }
  }

  private static byte[] next(DataInputStream in, boolean framed) throws IOException {
    return framed ? frame(in) : some(in);
  }

  private static byte[] some(InputStream in) throws IOException {
    byte[] buffer = new byte[BUFFER];
    int read = in.read(buffer);
    return read < 0 ? END : java.util.Arrays.copyOf(buffer, read);
  }

  private static byte[] frame(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MOST_FRAME) {
      throw new IOException("not a frame: " + length + " bytes");
    }
    byte[] frame = new byte[4 + length];
    java.nio.ByteBuffer.wrap(frame).putInt(length);
    in.readFully(frame, 4, length);
    return frame;
  }

  private void write(Way way, BlockingQueue<Chunk> chunks) {
    boolean taken = true;
    try {
      Chunk chunk = chunks.take();
      while (chunk.bytes != END) {
        way.lane.awaitPassage(this, chunk.at);
        // Where nobody takes it any more, the other direction still has its way.
        byte[] bytes = way.lane.changed(chunk.bytes);
        taken = taken && (way.lane.drops(chunk.bytes) || isWritten(way.to, bytes));
        chunk = chunks.take();
      }
      way.lane.awaitPassage(this, chunk.at);
      end(way.to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (open.decrementAndGet() == 0) {
      reset();
    }
  }

  private static boolean isWritten(Socket to, byte[] bytes) {
    try {
      to.getOutputStream().write(bytes);
      return true;
    } catch (IOException gone) {
      return false;
    }
  }

  private static void end(Socket to) {
    try {
      to.shutdownOutput();
    } catch (IOException gone) {
      // It has ended before.
    }
  }

  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException closed) {
      // It is all that is wanted.
    }
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void daemon(String name, Runnable task) {
    Thread thread = new Thread(null, task, name, 256 * 1024);
    thread.setDaemon(true);
    thread.start();
  }
}
