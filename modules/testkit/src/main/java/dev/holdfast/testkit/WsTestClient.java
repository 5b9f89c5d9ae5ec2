package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Attempt;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A client that lives by the protocol: says hello, reconnects over a list of addresses and resumes,
 * keeps its cursors, sends unanswered publications again in order, and writes down everything that
 * it is told. It counts its attempts to connect, so that one it gave up (a paused node may read its
 * hello much later) can't replace a later one. All methods may be called from any thread; nothing
 * blocks.
 */
public final class WsTestClient implements AutoCloseable {
  private static final int CONNECT_MILLIS = 3_000;
  private static final long WELCOME_MILLIS = 5_000;
  private static final long RETRY_MILLIS = 100;
  private static final int FIRST_FINAL_CODE = 4_500;
  private static final int LAST_FINAL_CODE = 4_999;

  private final Vertx vertx;
  private final WebSocketClient sockets;
  private final ClientOptions options;
  private final Addresses addresses;
  private final Ledger ledger = new Ledger();
  private final Publications publications = new Publications(this::write);
  private final Questions questions = new Questions(this::write);
  private final List<CompletableFuture<Entry.Welcomed>> waiting = new ArrayList<>();

  /** Counts connections tried; what belongs to another than the last is not listened to. */
  private int life;

  private final String instance = Ids.fresh();

  private boolean ended;
  private TestSocket socket;
  private final Set<TestSocket> left = new HashSet<>();
  private Entry.Welcomed welcome;
  private Heartbeat heartbeat = Heartbeat.NONE;

  WsTestClient(Vertx vertx, WebSocketClient sockets, ClientOptions options) {
    this.vertx = vertx;
    this.sockets = sockets;
    this.options = options;
    this.addresses = new Addresses(options);
  }

  /** Connects to the next address of the list; afterwards it comes back by itself. */
  public synchronized CompletableFuture<Entry.Welcomed> connect() {
    return connect(addresses.next());
  }

  /**
   * Connects here, resuming its session. A connection that is open stays so, but is not listened to
   * any more: the server is to close it as replaced.
   */
  public synchronized CompletableFuture<Entry.Welcomed> connect(URI uri) {
    var welcomed = new CompletableFuture<Entry.Welcomed>();
    if (ended) {
      welcomed.completeExceptionally(new RefusedException("ended", "closed for good"));
      return welcomed;
    }
    waiting.add(welcomed);
    addresses.reached();
    open(uri);
    return welcomed;
  }

  /** Closes the connection, and any that it took the place of, and stays away until connected. */
  public synchronized void detach() {
    abandon();
    List.copyOf(left).forEach(TestSocket::close);
  }

  /** Loses the connection as when a cable is pulled, and comes back by itself. */
  public synchronized void cut() {
    TestSocket open = abandon();
    if (open != null) {
      open.cut();
    }
    reconnectLater();
  }

  /** As {@link #cut}, but stays away until {@link #connect}. */
  public synchronized void cutAndStayAway() {
    abandon();
    List.copyOf(left).forEach(TestSocket::cut);
  }

  /** Ends the session. */
  public synchronized void endSession() {
    write(Json.frame("close"));
  }

  public CompletableFuture<Position> subscribe(String channel) {
    return subscribe(Json.frame("subscribe").put("channel", channel));
  }

  /**
   * @param from {@code latest} or {@code earliest}
   */
  public CompletableFuture<Position> subscribe(String channel, String from) {
    return subscribe(Json.frame("subscribe").put("channel", channel).put("from", from));
  }

  public CompletableFuture<Position> subscribe(String channel, Position from) {
    ObjectNode frame = Json.frame("subscribe").put("channel", channel);
    frame.set("from", Json.cursor(from));
    return subscribe(frame);
  }

  public synchronized CompletableFuture<Void> unsubscribe(String channel) {
    return questions
        .ask(Json.frame("unsubscribe").put("channel", channel))
        .thenApply(answer -> null);
  }

  /**
   * A durable publication; answered when it is stored, over any number of connections. Fails with
   * {@link RefusedException}.
   *
   * @param data what Jackson makes JSON of
   */
  public synchronized CompletableFuture<Published> publish(
      String channel, String event, Object data) {
    return publications.add(channel, event, Json.MAPPER.valueToTree(data));
  }

  /**
   * Writes a durable publication with the next number to the connection of the moment, and forgets
   * it: no answer is awaited, nothing is sent again, and the number is used for the next one too.
   * What a connection does that does not know yet that it was replaced.
   */
  public synchronized void publishAndForget(String channel, String event, Object data) {
    publications.forgotten(channel, event, Json.MAPPER.valueToTree(data));
  }

  /** A volatile publication; fails with the connection. */
  public synchronized CompletableFuture<Void> publishVolatile(
      String channel, String event, Object data) {
    ObjectNode frame = Json.frame("publish").put("channel", channel).put("event", event);
    frame.put("class", "volatile").set("data", Json.MAPPER.valueToTree(data));
    return questions.askOnce(frame).thenApply(answer -> null);
  }

  /** Asks a service; fails with the connection, or {@link RefusedException}. */
  public synchronized CompletableFuture<JsonNode> request(
      String service, String method, Object data) {
    ObjectNode frame = Json.frame("request").put("service", service).put("method", method);
    frame.set("data", Json.MAPPER.valueToTree(data));
    return questions.askOnce(frame);
  }

  /** Tells the server the cursors that the ledger has. */
  public synchronized void ack() {
    write(Hello.ack(ledger.cursors()));
  }

  public Ledger ledger() {
    return ledger;
  }

  /** Null before the first welcome. */
  public synchronized String session() {
    return welcome == null ? null : welcome.session();
  }

  /** The last welcome, or null. */
  public synchronized Entry.Welcomed welcome() {
    return welcome;
  }

  /** Welcomed, and not gone since. */
  public synchronized boolean isConnected() {
    return heartbeat != Heartbeat.NONE;
  }

  /** The server closed with a code that says not to come back. */
  public synchronized boolean hasEnded() {
    return ended;
  }

  /** How many publications wait for an answer. */
  public synchronized int unanswered() {
    return publications.unanswered();
  }

  /** Closes the connection for good. */
  @Override
  public synchronized void close() {
    detach();
    end("closed by the test");
  }

  private CompletableFuture<Position> subscribe(ObjectNode frame) {
    synchronized (this) {
      return questions.ask(frame).thenApply(Json::position);
    }
  }

  private void open(URI uri) {
    abandon();
    var connection = new Connection(++life);
    var upgrade = new WebSocketConnectOptions().addSubProtocol("holdfast.v1");
    upgrade.setConnectTimeout(CONNECT_MILLIS).setTimeout(CONNECT_MILLIS);
    TestSocket.open(sockets, uri, upgrade, connection)
        .onSuccess(connection::opened)
        .onFailure(failure -> connection.closed(TestSocket.ABNORMAL, failure.getMessage()));
  }

  /** Listens to the connection no more; returns it where there is one. */
  private TestSocket abandon() {
    life++;
    TestSocket open = socket;
    if (open != null) {
      left.add(open);
    }
    socket = null;
    heartbeat.stop();
    heartbeat = Heartbeat.NONE;
    publications.disconnected();
    questions.disconnected();
    return open;
  }

  private void reconnectLater() {
    if (ended) {
      return;
    }
    int current = life;
    vertx.setTimer(addresses.pause(), id -> reconnect(current));
  }

  private synchronized void reconnect(int expected) {
    if (life == expected && !ended) {
      open(addresses.next());
    }
  }

  private void end(String reason) {
    ended = true;
    var failure = new RefusedException("ended", reason);
    publications.fail(failure);
    questions.fail(failure);
    waiting.forEach(future -> future.completeExceptionally(failure));
    waiting.clear();
  }

  private Attempt attempt() {
    return new Attempt(instance, life);
  }

  private void write(ObjectNode frame) {
    if (socket != null) {
      socket.send(frame);
    }
  }

  /** One connection, for as long as it is the last. */
  private final class Connection implements TestSocket.Listener {
    private final int number;
    private TestSocket own;

    Connection(int number) {
      this.number = number;
    }

    void opened(TestSocket opened) {
      synchronized (WsTestClient.this) {
        if (number != life) {
          opened.close();
          return;
        }
        socket = opened;
        own = opened;
        write(Hello.frame(options, attempt(), welcome, ledger.cursors()));
        vertx.setTimer(WELCOME_MILLIS, id -> dropUnlessWelcomed());
      }
    }

    @Override
    public void received(ObjectNode frame) {
      synchronized (WsTestClient.this) {
        if (number == life) {
          heartbeat.heard();
          handle(frame);
        } else if (own != null && "ping".equals(frame.path("type").asText())) {
          // Given up, and alive: only the server ends it.
          own.send(Json.frame("pong"));
        }
      }
    }

    @Override
    public void closed(int code, String reason) {
      synchronized (WsTestClient.this) {
        boolean current = number == life;
        ledger.add(
            new Entry.Closed(System.nanoTime(), code, reason == null ? "" : reason, current));
        if (current) {
          abandon();
        }
        left.remove(own);
        if (!current) {
          return;
        }
        if (code >= FIRST_FINAL_CODE && code <= LAST_FINAL_CODE) {
          end("closed with " + code + " " + reason);
        } else {
          reconnectLater();
        }
      }
    }

    private void handle(ObjectNode frame) {
      ledger.read(frame);
      String id = frame.path("id").asText("");
      switch (frame.path("type").asText()) {
        case "welcome" -> welcomed(frame);
        case "reply" -> {
          if (!publications.answered(id, frame.path("data"))) {
            questions.answered(id, frame.path("data"));
          }
        }
        case "error" -> refused(id, frame);
        case "ping" -> write(Json.frame("pong"));
        default -> {
          // The ledger has it.
        }
      }
    }

    private void welcomed(ObjectNode frame) {
      boolean sameSession = frame.path("resumed").asBoolean();
      List<Entry.Welcomed> welcomes = ledger.all(Entry.Welcomed.class);
      welcome = welcomes.get(welcomes.size() - 1);
      addresses.reached();
      heartbeat =
          Heartbeat.start(
              vertx,
              Duration.ofSeconds(frame.path("heartbeat").asLong()),
              () -> write(Json.frame("ping")),
              this::drop);
      publications.connected(sameSession);
      questions.connected();
      List<CompletableFuture<Entry.Welcomed>> told = new ArrayList<>(waiting);
      waiting.clear();
      told.forEach(future -> future.complete(welcome));
    }

    private void refused(String id, ObjectNode error) {
      if (!publications.has(id)) {
        if (questions.refused(id, error)) {
          vertx.setTimer(RETRY_MILLIS, timer -> whileOpen(() -> questions.again(id)));
        }
        return;
      }
      String channel = publications.channel(id);
      long wait = publications.refused(id, error);
      if (wait != Publications.DONE) {
        vertx.setTimer(Math.max(1, wait), timer -> whileOpen(() -> publications.again(channel)));
      }
    }

    private void whileOpen(Runnable what) {
      synchronized (WsTestClient.this) {
        if (number == life) {
          what.run();
        }
      }
    }

    private void dropUnlessWelcomed() {
      whileOpen(
          () -> {
            if (!isConnected()) {
              drop();
            }
          });
    }

    /** Silent for too long: a peer that is paused does not even close. */
    private void drop() {
      whileOpen(WsTestClient.this::cut);
    }
  }
}
