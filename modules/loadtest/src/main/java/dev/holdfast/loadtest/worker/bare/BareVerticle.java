package dev.holdfast.loadtest.worker.bare;

import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.EventData;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The sockets of one event loop, to each of which every event is written; one text for all of them.
 * Numbers go on from one order to the next. Confined to its loop.
 */
final class BareVerticle extends VerticleBase {
  private static final long TICK_MS = 1;
  private static final double MICROS_PER_SECOND = 1e6;

  /** Frames that are written in a row, before other work gets its turn. */
  private static final int AT_ONCE = 64;

  private final String host;
  private final int port;
  private final Clock clock = new Clock(0);
  private final List<ServerWebSocket> sockets = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private HttpServer server;

  private long last;
  private long begun;
  private long written;

  BareVerticle(String host, int port) {
    this.host = host;
    this.port = port;
  }

  @Override
  public Future<?> start() {
    server = vertx.createHttpServer(new HttpServerOptions()).webSocketHandler(this::connected);
    return server.listen(port, host);
  }

  int port() {
    return server.actualPort();
  }

  private void connected(ServerWebSocket socket) {
    sockets.add(socket);
    socket.closeHandler(closed -> sockets.remove(socket));
    socket.exceptionHandler(failure -> socket.close());
  }

  /**
   * @return completes at the order's end, with the last number. Any thread
   */
  Future<Long> write(Order order) {
    Promise<Long> done = Promise.promise();
    context.runOnContext(
        now -> {
          begun = last;
          written = 0;
          vertx.setPeriodic(TICK_MS, timer -> tick(order, timer, done));
        });
    return done.future();
  }

  private void tick(Order order, long timer, Promise<Long> done) {
    long now = clock.micros();
    boolean behind = false;
    if (order.rate() > 0) {
      behind = scheduled(order, now);
    } else if (now >= order.startAt()) {
      asTaken(order, now);
    }
    if (now >= order.endAt() && !behind) {
      vertx.cancelTimer(timer);
      done.tryComplete(last);
    }
  }

  /**
   * @return whether more is due than is written at once
   */
  private boolean scheduled(Order order, long now) {
    int wrote = 0;
    long due = due(order);
    while (due <= now && due < order.endAt() && wrote < AT_ONCE) {
      write(due, order.payload());
      wrote++;
      due = due(order);
    }
    return due <= now && due < order.endAt();
  }

  private long due(Order order) {
    return order.startAt() + (long) ((last - begun) * MICROS_PER_SECOND / order.rate());
  }

  private void asTaken(Order order, long now) {
    int wrote = 0;
    while (wrote < AT_ONCE && now < order.endAt() && allTake()) {
      write(now, order.payload());
      now = clock.micros();
      wrote++;
    }
    if (wrote == AT_ONCE) {
      context.runOnContext(again -> asTaken(order, clock.micros()));
    }
  }

  private boolean allTake() {
    for (ServerWebSocket socket : sockets) {
      if (socket.writeQueueFull()) {
        return false;
      }
    }
    return !sockets.isEmpty();
  }

  private void write(long intended, int payload) {
    long number = ++last;
    long now = clock.micros();
    String data = EventData.text(number, intended, now, payload);
    String text =
        "{\"type\":\"event\",\"channel\":\"bare\",\"epoch\":\"bare\",\"seq\":"
            + number
            + ",\"at\":"
            + now / 1_000
            + ",\"event\":\"load\",\"data\":"
            + data
            + ",\"from\":{\"service\":\"load\"}}";
    for (ServerWebSocket socket : sockets) {
      socket.writeTextMessage(text);
      written++;
    }
  }

  /** Writes up to the number that another loop has reached; then reports how it ended. */
  Future<Written> upTo(long number, int payload) {
    Promise<Written> done = Promise.promise();
    context.runOnContext(
        now -> {
          while (last < number) {
            write(clock.micros(), payload);
          }
          done.complete(new Written(last, written, sockets.size()));
        });
    return done.future();
  }
}
