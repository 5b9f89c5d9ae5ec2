package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Await;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands before Redis; its answers can be held back, while what is asked goes on to it; or what is
 * asked over one connection.
 */
final class RedisRelay implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final List<NetSocket> asking = new CopyOnWriteArrayList<>();
  private final List<NetSocket> answering = new CopyOnWriteArrayList<>();
  private final NetServer server;
  private volatile boolean held;

  RedisRelay(String redisUri) {
    URI redis = URI.create(redisUri);
    NetClient client = vertx.createNetClient();
    server =
        Await.get(
            vertx
                .createNetServer()
                .connectHandler(
                    opened -> {
                      opened.pause();
                      client
                          .connect(redis.getPort(), redis.getHost())
                          .onSuccess(answers -> join(opened, answers));
                    })
                .listen(0, "127.0.0.1"));
  }

  String uri() {
    return "redis://127.0.0.1:" + server.actualPort();
  }

  private void join(NetSocket asks, NetSocket answers) {
    asking.add(asks);
    answering.add(answers);
    asks.handler(answers::write).closeHandler(gone -> answers.close());
    answers.handler(asks::write).closeHandler(gone -> asks.close());
    if (held) {
      answers.pause();
    }
    asks.resume();
  }

  void hold() {
    held = true;
    answering.forEach(NetSocket::pause);
  }

  /** Of the connection that was opened first, alone. */
  void holdFirst() {
    answering.get(0).pause();
  }

  /** What is asked over the connection that was opened first, which Redis does not get. */
  void holdAskedOverFirst() {
    asking.get(0).pause();
  }

  /** What is asked over the connection that was opened second, which Redis does not get. */
  void holdAskedOverSecond() {
    asking.get(1).pause();
  }

  void release() {
    held = false;
    asking.forEach(NetSocket::resume);
    answering.forEach(NetSocket::resume);
  }

  @Override
  public void close() {
    Await.get(vertx.close());
  }
}
