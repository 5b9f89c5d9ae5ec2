package dev.holdfast.gateway.files;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Stands before a Redis, and notes what is sent about files after an answer has come: who sent it
 * had waited for that answer. What is sent together is one. Questions for the time are not noted:
 * the link asks for it now and then, too.
 */
final class RoundTrips implements AutoCloseable {
  private static final String FILES = "hf:f";

  private final Vertx vertx = Vertx.vertx();
  private final NetClient redis = vertx.createNetClient();
  private final NetServer server;
  private final URI target;
  private final List<String> sent = new CopyOnWriteArrayList<>();

  RoundTrips(String redisUri) throws Exception {
    target = URI.create(redisUri);
    server =
        vertx
            .createNetServer()
            .connectHandler(this::connected)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  String redisUri() {
    return "redis://127.0.0.1:" + server.actualPort();
  }

  /** What was sent since the last time, each after an answer; and forgets it. */
  List<String> take() {
    List<String> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  private void connected(NetSocket opener) {
    opener.pause();
    redis
        .connect(target.getPort(), target.getHost())
        .onSuccess(to -> join(opener, to))
        .onFailure(failure -> opener.close());
  }

  private void join(NetSocket opener, NetSocket to) {
    boolean[] answered = {true};
    opener.handler(
        bytes -> {
          String text = text(bytes);
          if (answered[0] && text.contains(FILES)) {
            answered[0] = false;
            sent.add(text.replaceAll("\\s+", " "));
          }
          to.write(bytes);
        });
    to.handler(
        bytes -> {
          answered[0] = true;
          opener.write(bytes);
        });
    opener.closeHandler(closed -> to.close());
    to.closeHandler(closed -> opener.close());
    opener.resume();
  }

  private static String text(Buffer bytes) {
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
