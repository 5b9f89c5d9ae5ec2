package dev.holdfast.channels;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before Redis; its answers can be held back, while what is asked goes on to it. */
final class RedisRelay implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
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
                    asking -> {
                      asking.pause();
                      client
                          .connect(redis.getPort(), redis.getHost())
                          .onSuccess(answers -> join(asking, answers));
                    })
                .listen(0, "127.0.0.1"));
  }

  String uri() {
    return "redis://127.0.0.1:" + server.actualPort();
  }

  private void join(NetSocket asking, NetSocket answers) {
    answering.add(answers);
    asking.handler(answers::write).closeHandler(gone -> answers.close());
    answers.handler(asking::write).closeHandler(gone -> asking.close());
    if (held) {
      answers.pause();
    }
    asking.resume();
  }

  void hold() {
    held = true;
    answering.forEach(NetSocket::pause);
  }

  /** Of the connection that was opened first, alone. */
  void holdFirst() {
    answering.get(0).pause();
  }

  void release() {
    held = false;
    answering.forEach(NetSocket::resume);
  }

  @Override
  public void close() {
    Await.get(vertx.close());
  }
}
