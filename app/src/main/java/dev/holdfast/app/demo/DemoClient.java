package dev.holdfast.app.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Ids;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One client with one session: speaks the protocol, comes back on another node when its connection
 * is lost, with a cursor for each channel, and keeps a ledger. Confined to one event loop.
 */
final class DemoClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LAST_RECONNECT_CODE = 4499;
  private static final long FIRST_WAIT_MS = 1_000;
  private static final long LONGEST_WAIT_MS = 20_000;

  final Map<String, Ledger> ledgers = new HashMap<>();
  final DemoTimes times;
  String node;
  boolean refused;
  long gaps;

  private final Vertx vertx;
  private final WebSocketClient sockets;
  private final List<URI> urls;
  private final String token;
  private final String topic;
  private final Map<String, JsonNode> cursors = new HashMap<>();
  private final Set<String> live = new HashSet<>();
  private final String instance = Ids.fresh();
  private WebSocket socket;
  private String session;
  private int attempts;
  private long hellos;
  private long lostAt;

  DemoClient(Vertx vertx, WebSocketClient sockets, DemoUser user, DemoTimes times) {
    this.vertx = vertx;
    this.sockets = sockets;
    this.urls = new ArrayList<>(user.urls());
    this.token = user.token();
    this.topic = user.topic();
    this.times = times;
    user.channels().forEach(channel -> ledgers.put(channel, new Ledger()));
  }

  boolean ready() {
    return live.containsAll(ledgers.keySet());
  }

  /** Tries the nodes in turn; when none answers, waits. */
  void connect() {
    connect(0);
  }

  private void connect(int from) {
    if (from == urls.size()) {
      later();
      return;
    }
    URI url = urls.get(from);
    var options =
        new WebSocketConnectOptions()
            .setHost(url.getHost())
            .setPort(url.getPort())
            .setURI("/v1/connect")
            .addSubProtocol("holdfast.v1")
            // No page of a browser: it has no origin.
            .setAllowOriginHeader(false)
            .setTimeout(2_000);
    sockets.connect(options).onSuccess(this::opened).onFailure(failure -> connect(from + 1));
  }

  private void opened(WebSocket opened) {
    socket = opened;
    opened.textMessageHandler(this::received);
    opened.closeHandler(closed -> lost(opened.closeStatusCode()));
    ObjectNode hello = frame("hello").put("token", token);
    hello
        .putObject("client")
        .put("name", "demo")
        .put("version", "1")
        .put("instance", instance)
        .put("attempt", ++hellos);
    if (session != null) {
      hello.put("resume", session);
      hello.putObject("channels").setAll(cursors);
    }
    send(hello);
  }

  private void received(String text) {
    JsonNode frame = parse(text);
    switch (frame.path("type").asText()) {
      case "welcome" -> welcome(frame);
      case "event" -> event(frame);
      case "gap" -> {
        gaps++;
        cursors.put(frame.path("channel").asText(), frame.get("to"));
      }
      case "live" -> {
        live.add(frame.path("channel").asText());
        moved(frame);
      }
      case "ping" -> send(frame("pong"));
      default -> {
        // subscribed, reply: nothing to do
      }
    }
  }

  private void welcome(JsonNode frame) {
    attempts = 0;
    node = frame.path("node").asText();
    if (session == null) {
      session = frame.path("session").asText();
      send(frame("subscribe").put("id", "1").put("channel", topic));
    } else {
      times.resumed(frame.path("resumed").asBoolean(), System.nanoTime() - lostAt);
    }
  }

  private void event(JsonNode frame) {
    ledgers
        .computeIfAbsent(frame.path("channel").asText(), fresh -> new Ledger())
        .received(frame.path("data").path("number").asLong());
    moved(frame);
  }

  private void moved(JsonNode frame) {
    var cursor = JSON.createArrayNode().add(frame.get("epoch")).add(frame.get("seq"));
    cursors.put(frame.path("channel").asText(), cursor);
  }

  private void lost(Short code) {
    boolean attached = node != null;
    node = null;
    if (code != null && code > LAST_RECONNECT_CODE) {
      refused = true;
      return;
    }
    if (attached) {
      lostAt = System.nanoTime();
      times.interrupted();
    }
    later();
  }

  private void later() {
    Collections.shuffle(urls);
    long most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS << Math.min(10, attempts++));
    vertx.setTimer(ThreadLocalRandom.current().nextLong(1, most), timer -> connect());
  }

  private void send(ObjectNode frame) {
    // A frame that is lost with its connection is sent anew by the next.
    socket.writeTextMessage(frame.toString()).onFailure(failure -> socket.close());
  }

  private static ObjectNode frame(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a node sent what is not JSON", e);
    }
  }
}
