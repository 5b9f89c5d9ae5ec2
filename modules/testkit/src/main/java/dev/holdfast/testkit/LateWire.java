package dev.holdfast.testkit;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Stands between nodes and a Redis, and keeps what they write on its way: it arrives when it is
 * released, also what was written on connections that have been given up since; as the network and
 * the kernel may do for minutes. Blocks; any thread.
 */
public final class LateWire implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;
  private static final String LAST = "the-last-of-what-was-kept";
  private static final String ECHO = "ECHO " + LAST + "\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final NetClient client = vertx.createNetClient();
  private final NetServer server;
  private final URI target;
  private final Queue<Kept> kept = new ConcurrentLinkedQueue<>();
  private volatile boolean holding;
  private volatile String from;

  /** What came on one connection, and whether Redis has read it. */
  private record Kept(NetSocket to, Buffer bytes, Promise<Void> read) {}

  /**
   * @param target {@code redis://host:port}
   */
  public LateWire(String target) {
    this.target = URI.create(target);
    this.server = vertx.createNetServer().connectHandler(this::connected);
    await(server.listen(0, "127.0.0.1"));
  }

  /** Where nodes connect. */
  public String uri() {
    return "redis://127.0.0.1:" + server.actualPort();
  }

  /**
   * Keeps what comes on the connections of now, from the first that holds this text on; new ones
   * pass.
   */
  public void holdFrom(String text) {
    from = text;
    holding = true;
  }

  /** What was kept arrives; Redis has answered all of it when this returns. */
  public void release() {
    for (Kept late = kept.poll(); late != null; late = kept.poll()) {
      late.to().write(late.bytes().appendString(ECHO));
      await(late.read().future());
      late.to().close();
    }
  }

  private void connected(NetSocket opener) {
    opener.pause();
    boolean late = holding;
    client
        .connect(target.getPort(), target.getHost())
        .onSuccess(socket -> join(opener, socket, late))
        .onFailure(failure -> opener.close());
  }

  private void join(NetSocket opener, NetSocket socket, boolean passes) {
    var late = new Kept(socket, Buffer.buffer(), Promise.promise());
    socket.handler(bytes -> answered(opener, bytes, late));
    opener.handler(bytes -> pass(socket, bytes, passes, late));
    opener.exceptionHandler(reset -> {});
    opener.closeHandler(closed -> end(socket, late));
    socket.closeHandler(closed -> opener.close());
    opener.resume();
  }

  private static void answered(NetSocket opener, Buffer bytes, Kept late) {
    if (holds(bytes, LAST)) {
      late.read().tryComplete();
    } else {
      opener.write(bytes).onFailure(closed -> {});
    }
  }

  private static boolean holds(Buffer bytes, String text) {
    return bytes.toString(StandardCharsets.ISO_8859_1).contains(text);
  }

  private void pass(NetSocket socket, Buffer bytes, boolean passes, Kept late) {
    boolean keeps = !passes && holding && (late.bytes().length() > 0 || holds(bytes, from));
    if (keeps) {
      late.bytes().appendBuffer(bytes);
    } else {
      socket.write(bytes);
    }
  }

  /** The connection was given up; what was kept goes on its way all the same. */
  private void end(NetSocket socket, Kept late) {
    if (late.bytes().length() == 0) {
      socket.close();
    } else {
      kept.add(late);
    }
  }

  private static <T> void await(Future<T> future) {
    try {
      future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
