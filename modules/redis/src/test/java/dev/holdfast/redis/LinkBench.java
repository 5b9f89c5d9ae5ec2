package dev.holdfast.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.embedded.EmbeddedRedis;
import dev.holdfast.embedded.EmbeddedRedisConfig;
import dev.holdfast.embedded.processes.Signals;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** A server of its own, and links to it that all belong to one event-loop context. */
final class LinkBench implements AutoCloseable {
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private final Path dataDir;
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private EmbeddedRedis server;

  LinkBench(Path dataDir) {
    this.dataDir = dataDir;
    this.server = EmbeddedRedis.start(EmbeddedRedisConfig.in(dataDir).opened());
  }

  /** With patience for a machine whose processor or disk others keep busy. */
  RedisConfig config() {
    return RedisConfig.of(server.uri())
        .withCommandTimeout(Duration.ofSeconds(10))
        .withConnectTimeout(Duration.ofSeconds(10))
        .withReconnect(Duration.ofMillis(20), Duration.ofMillis(100));
  }

  EmbeddedRedis server() {
    return server;
  }

  /** The same data at the same port; what was there before has been killed. */
  void restart() {
    server = EmbeddedRedis.start(EmbeddedRedisConfig.in(dataDir).opened().withPort(server.port()));
  }

  void pause() {
    Signals.pause(server.pid());
  }

  void resume() {
    Signals.resume(server.pid());
  }

  /**
   * One command on a connection of its own, also while a link is down.
   *
   * @return the answer as it came
   */
  String send(String command) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  RedisLink open(RedisConfig config) {
    return get(opening(config, "test"));
  }

  Future<RedisLink> opening(RedisConfig config, String purpose) {
    return onContext(() -> RedisLink.open(vertx, config, purpose, registry));
  }

  /** A verticle that does nothing but open a link, and the id to undeploy it by. */
  String deploy(String purpose) {
    return get(vertx.deployVerticle(new LinkVerticle(config(), purpose)));
  }

  void undeploy(String id) {
    get(vertx.undeploy(id));
  }

  /** Runs on the thread of the links, as a verticle does. */
  <T> T onContext(Callable<T> action) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        v -> {
          try {
            promise.complete(action.call());
          } catch (Exception e) {
            promise.fail(e);
          }
        });
    return get(promise.future());
  }

  @Override
  public void close() {
    get(vertx.close());
    server.kill();
  }

  static <T> T get(Future<T> future) {
    try {
      return future.await(30, SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("not answered", e);
    }
  }

  static void assertRefused(Future<?> future, ErrorCode code, String text) {
    var failure = assertThrows(HoldfastException.class, () -> get(future));
    assertEquals(code, failure.code(), failure.getMessage());
    assertTrue(failure.getMessage().contains(text), failure.getMessage());
  }

  private final class LinkVerticle extends VerticleBase {
    private final RedisConfig config;
    private final String purpose;

    LinkVerticle(RedisConfig config, String purpose) {
      this.config = config;
      this.purpose = purpose;
    }

    @Override
    public Future<?> start() {
      return RedisLink.open(vertx, config, purpose, registry);
    }
  }
}
