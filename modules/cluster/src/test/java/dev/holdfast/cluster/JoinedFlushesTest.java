package dev.holdfast.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.cluster.identity.Identity;
import dev.holdfast.core.bounds.Doors;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each message on the bus was a TLS record and a system call of its own. */
class JoinedFlushesTest {
  private static final String SECRET = "a secret for tests alone, of more than 32 characters";
  private static final int MESSAGES = 20;
  private static final String MESSAGE = "a message";

  private final Vertx vertx =
      Vertx.builder().withTransport(new Doors(null, JoinedFlushes::join).transport()).build();
  private final AtomicLong received = new AtomicLong();
  private final AtomicInteger flushes = new AtomicInteger();

  /** Held, as Vert.x closes a client that nobody holds. */
  private NetClient client;

  private NetSocket socket;

  @BeforeEach
  void connect() throws Exception {
    ClusterConfig config = ClusterConfig.DEFAULTS.withSecret(SECRET);
    JsonObject bus = BusOptions.of(config, Identity.ofSecret(SECRET)).toJson();
    NetServer server =
        get(
            vertx
                .createNetServer(new NetServerOptions(bus))
                .connectHandler(this::accept)
                .listen(0, "127.0.0.1"));
    client = vertx.createNetClient(new NetClientOptions(bus).setHostnameVerificationAlgorithm(""));
    socket = get(client.connect(server.actualPort(), "127.0.0.1"));
    Promise<Object> greeted = Promise.promise();
    socket.handler(greeted::tryComplete);
    get(greeted.future());
    ((NetSocketInternal) socket).channelHandlerContext().pipeline().addFirst(new Counting());
  }

  /** Greets a client, which knows by it that the handshake has ended at both sides. */
  private void accept(NetSocket peer) {
    peer.handler(some -> received.addAndGet(some.length()));
    peer.write("hello");
  }

  @AfterEach
  void close() throws Exception {
    get(vertx.close());
  }

  @Test
  void messagesOfOneRunLeaveTogether() throws Exception {
    List<Future<Void>> written = onContext(this::write);

    get(Future.all(written));
    await().until(this::allCame);
    assertEquals(1, flushes.get());
  }

  @Test
  void whatWaitsLeavesBeforeTheConnectionIsClosed() throws Exception {
    onContext(
        () -> {
          write();
          return socket.close();
        });

    await().until(this::allCame);
  }

  private boolean allCame() {
    return received.get() == (long) MESSAGES * MESSAGE.length();
  }

  private List<Future<Void>> write() {
    List<Future<Void>> written = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      written.add(socket.write(MESSAGE));
    }
    return written;
  }

  private <T> T onContext(Callable<T> action) throws Exception {
    Promise<T> done = Promise.promise();
    ((NetSocketInternal) socket)
        .channelHandlerContext()
        .executor()
        .execute(() -> done.complete(call(action)));
    return get(done.future());
  }

  private static <T> T call(Callable<T> action) {
    try {
      return action.call();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, SECONDS);
  }

  private final class Counting extends ChannelOutboundHandlerAdapter {
    @Override
    public void flush(ChannelHandlerContext context) {
      flushes.incrementAndGet();
      context.flush();
    }
  }
}
