package dev.holdfast.loadtest.worker.bare;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * A plain Vert.x server of WebSockets on some event loops. Methods may be called on any thread, one
 * order at a time.
 */
public final class BareServer {
  /** A free port that the loops of one deployment share. */
  private static final int SHARED = -1;

  private final String host;
  private final List<BareVerticle> loops = new CopyOnWriteArrayList<>();

  private BareServer(String host) {
    this.host = host;
  }

  /**
   * @param port 0 takes a free one
   * @param loops how many event loops share the sockets
   */
  public static Future<BareServer> start(Vertx vertx, String host, int port, int loops) {
    var server = new BareServer(host);
    int wanted = port == 0 ? SHARED : port;
    Supplier<BareVerticle> more =
        () -> {
          var loop = new BareVerticle(host, wanted);
          server.loops.add(loop);
          return loop;
        };
    var options = new DeploymentOptions().setInstances(loops);
    return vertx.deployVerticle(more, options).map(server);
  }

  public URI url() {
    return URI.create("ws://" + host + ":" + loops.get(0).port());
  }

  /**
   * Completes when it is written. Loops that got less far than others follow, so that each socket
   * has the same numbers.
   */
  public Future<Written> write(Order order) {
    List<Future<Long>> lasts = loops.stream().map(loop -> loop.write(order)).toList();
    return Future.join(lasts)
        .map(all -> lasts.stream().mapToLong(Future::result).max().orElse(0))
        .compose(most -> level(most, order.payload()));
  }

  private Future<Written> level(long most, int payload) {
    List<Future<Written>> ends = loops.stream().map(loop -> loop.upTo(most, payload)).toList();
    return Future.join(ends).map(all -> sum(most, ends));
  }

  private static Written sum(long most, List<Future<Written>> ends) {
    long written = ends.stream().mapToLong(end -> end.result().written()).sum();
    int sockets = ends.stream().mapToInt(end -> end.result().sockets()).sum();
    return new Written(most, written, sockets);
  }
}
