package dev.holdfast.redis.queue;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetClientInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each command was a system call of its own: a quarter of what a stream of tokens cost. */
class OneFlushTest {
  private static final Buffer COMMAND = Buffer.buffer("*1\r\n$4\r\nPING\r\n");

  private final Vertx vertx = Vertx.vertx();
  private final ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
  private final AtomicLong received = new AtomicLong();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicInteger flushes = new AtomicInteger();

  /** Held, as Vert.x closes a client that nobody holds. */
  private NetClientInternal client;

  private NetSocket server;
  private NetSocket socket;

  @BeforeEach
  void connect() throws Exception {
    Promise<NetSocket> accepted = Promise.promise();
    NetServer listening =
        get(vertx.createNetServer().connectHandler(accepted::complete).listen(0, "127.0.0.1"));
    socket = get(open(listening.actualPort()));
    ((NetSocketInternal) socket).channelHandlerContext().pipeline().addFirst(new Counting());
    server = get(accepted.future());
    server.handler(bytes -> received.addAndGet(bytes.length()));
    server.closeHandler(closed -> ended.set(true));
  }

  @AfterEach
  void close() throws Exception {
    get(vertx.close());
  }

  @Test
  void whatOneRunWritesLeavesTogether() throws Exception {
    List<Future<Void>> written = new ArrayList<>();

    int within =
        onContext(
            () -> {
              write(written, 20);
              return flushes.get();
            });

    get(Future.all(written));
    assertEquals(0, within, "flushes within the run");
    assertEquals(1, flushes.get());
  }

  @Test
  void aLoneCommandLeavesBeforeWhatTheEventLoopIsGivenNext() throws Exception {
    Promise<Integer> next = Promise.promise();

    onContext(
        () -> {
          socket.write(COMMAND);
          context.runOnContext(v -> next.complete(flushes.get()));
          return null;
        });

    assertEquals(1, get(next.future()));
  }

  @Test
  void aLongRunIsFlushedInBetween() throws Exception {
    List<Future<Void>> written = new ArrayList<>();

    int within =
        onContext(
            () -> {
              write(written, 2 * OneFlush.MOST + 1);
              return flushes.get();
            });

    get(Future.all(written));
    assertEquals(2, within, "flushes within the run");
    assertEquals(3, flushes.get());
  }

  /** A socket that takes no more takes more only after a flush. */
  @Test
  void moreThanTheSocketTakesLeavesToo() throws Exception {
    Buffer large = Buffer.buffer(new byte[1 << 20]);

    onContext(
        () -> {
          for (int i = 0; i < 8; i++) {
            socket.write(COMMAND);
            socket.write(large);
          }
          return null;
        });

    await().until(() -> received.get() == 8L * (COMMAND.length() + large.length()));
  }

  /** What was sent before the link closes reaches the server, as it did. */
  @Test
  void whatWaitsLeavesBeforeTheSocketCloses() throws Exception {
    List<Future<Void>> written = new ArrayList<>();

    onContext(
        () -> {
          write(written, 3);
          return socket.close();
        });

    get(Future.all(written));
    await().until(ended::get);
    assertEquals(3L * COMMAND.length(), received.get());
  }

  @Test
  void whatIsWrittenWhileAnAnswerIsReadLeavesTogether() throws Exception {
    List<Future<Void>> written = new ArrayList<>();
    Promise<Void> read = Promise.promise();
    socket.handler(
        answer -> {
          write(written, 5);
          read.complete();
        });

    server.write("+PONG\r\n");

    get(read.future());
    get(Future.all(written));
    assertEquals(1, flushes.get());
  }

  private Future<NetSocket> open(int port) {
    client =
        (NetClientInternal)
            new OneFlush((VertxInternal) vertx).createNetClient(new NetClientOptions());
    Promise<NetSocket> opened = Promise.promise();
    var options = new ConnectOptions().setHost("127.0.0.1").setPort(port);
    client.connectInternal(options, opened, context);
    return opened.future();
  }

  private void write(List<Future<Void>> written, int commands) {
    for (int i = 0; i < commands; i++) {
      written.add(socket.write(COMMAND));
    }
  }

  private <T> T onContext(Callable<T> action) throws Exception {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        v -> {
          try {
            done.complete(action.call());
          } catch (Exception e) {
            done.fail(e);
          }
        });
    return get(done.future());
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.await(30, SECONDS);
  }

  /** Counts what reaches the socket. */
  private final class Counting extends ChannelOutboundHandlerAdapter {
    @Override
    public void flush(ChannelHandlerContext channel) {
      flushes.incrementAndGet();
      channel.flush();
    }
  }
}
