package dev.holdfast.app.cluster.outage;

import dev.holdfast.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * Readers that stay at one node each, and write down when each publication came. Publications
 * number themselves per channel: {@code data} is the number, from 1.
 */
final class DeliveryTimes implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final WebSocketClient sockets = vertx.createWebSocketClient();
  private final Map<Line, List<Arrival>> lines = new ConcurrentHashMap<>();

  /** What one node's reader gets of one channel. */
  record Line(String node, String channel) {}

  private record Arrival(long number, long at) {}

  /** Reads the channels at the node, from now on; returns when it does. */
  void read(TestNode node, String token, List<String> channels) throws Exception {
    var options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(node.port())
            .setURI("/v1/connect")
            .setAllowOriginHeader(false)
            .addSubProtocol("holdfast.v1");
    Promise<Void> welcome = Promise.promise();
    Map<String, Promise<Void>> subscribed = new ConcurrentHashMap<>();
    channels.forEach(channel -> subscribed.put(channel, Promise.promise()));
    WebSocket socket = connect(options);
    socket.textMessageHandler(
        text -> received(node.id(), new JsonObject(text), welcome, subscribed, socket));
    JsonObject client = new JsonObject().put("name", "times").put("version", "1");
    send(socket, new JsonObject().put("type", "hello").put("token", token).put("client", client));
    await(welcome.future());
    for (String channel : channels) {
      send(
          socket,
          new JsonObject().put("type", "subscribe").put("id", channel).put("channel", channel));
    }
    await(Future.all(subscribed.values().stream().map(Promise::future).toList()));
  }

  /** A machine that is busy may take more than one try. */
  private WebSocket connect(WebSocketConnectOptions options) {
    return Awaitility.await("connected")
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> await(sockets.connect(options)), socket -> true);
  }

  private void received(
      String node,
      JsonObject frame,
      Promise<Void> welcome,
      Map<String, Promise<Void>> subscribed,
      WebSocket socket) {
    switch (frame.getString("type")) {
      case "welcome" -> welcome.tryComplete();
      case "ping" -> send(socket, new JsonObject().put("type", "pong"));
      case "reply" -> subscribed.get(frame.getString("id")).tryComplete();
      case "event" -> arrived(node, frame);
      default -> {}
    }
  }

  private void arrived(String node, JsonObject event) {
    if (event.getValue("data") instanceof Number number) {
      List<Arrival> line =
          lines.computeIfAbsent(
              new Line(node, event.getString("channel")), fresh -> new ArrayList<>());
      synchronized (line) {
        line.add(new Arrival(number.longValue(), System.nanoTime()));
      }
    }
  }

  private static void send(WebSocket socket, JsonObject frame) {
    socket.writeTextMessage(frame.encode());
  }

  /** Of the channels of these nodes, the longest time without a delivery between two times. */
  List<Long> silences(List<TestNode> nodes, long from, long to) {
    List<String> ids = nodes.stream().map(TestNode::id).toList();
    return lines.entrySet().stream()
        .filter(line -> ids.contains(line.getKey().node()))
        .map(line -> TimeUnit.NANOSECONDS.toMillis(silence(line.getValue(), from, to)))
        .sorted()
        .toList();
  }

  private static long silence(List<Arrival> line, long from, long to) {
    long longest = 0;
    long last = from;
    synchronized (line) {
      for (Arrival arrival : line) {
        if (arrival.at() - from > 0 && arrival.at() - to < 0) {
          longest = Math.max(longest, arrival.at() - last);
          last = arrival.at();
        }
      }
    }
    return Math.max(longest, to - last);
  }

  /** The least that any of these nodes' readers has got of a channel. */
  long arrived(List<TestNode> nodes, String channel) {
    return nodes.stream()
        .mapToLong(node -> count(lines.get(new Line(node.id(), channel))))
        .min()
        .orElse(0);
  }

  private static long count(List<Arrival> line) {
    if (line == null) {
      return 0;
    }
    synchronized (line) {
      return line.size();
    }
  }

  /** Where a reader got something else than the next number. */
  List<String> violations() {
    return lines.entrySet().stream()
        .map(line -> line.getKey() + ": " + violation(line.getValue()))
        .filter(found -> !found.endsWith(": "))
        .toList();
  }

  /** Publications still arrive meanwhile. */
  private static String violation(List<Arrival> line) {
    synchronized (line) {
      for (int i = 1; i < line.size(); i++) {
        long expected = line.get(i - 1).number() + 1;
        if (line.get(i).number() != expected) {
          return line.get(i).number() + " in place of " + expected;
        }
      }
    }
    return "";
  }

  @Override
  public void close() {
    vertx.close();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
