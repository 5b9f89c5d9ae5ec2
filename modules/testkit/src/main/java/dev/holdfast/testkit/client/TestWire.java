package dev.holdfast.testkit.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.protocol.ClientSession;
import dev.holdfast.client.protocol.Wire;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one {@link WsTestClient}: opens them where the test says, keeps those that it
 * gave up, loses them as a cable does, and notes all that comes. Guarded by its client's lock.
 */
final class TestWire implements Wire {
  /** The time in which a connection has to open, and in which its welcome has to come. */
  static final int ATTEMPT_MILLIS = 5_000;

  private final Vertx vertx;
  private final WebSocketClient client;
  private final ClientOptions options;
  private final Ledger ledger;
  private final Object lock;
  private final Map<Integer, Connection> connections = new HashMap<>();

  /** The last number used in each channel. */
  private final Map<String, Long> numbers = new HashMap<>();

  @SuppressWarnings("NullAway.Init")
  private ClientSession session;

  /** The connection that is listened to; 0 if there is none. */
  private int current;

  private int asked;
  private boolean away = true;
  private @Nullable URI target;
  private int turn;

  TestWire(Vertx vertx, WebSocketClient client, ClientOptions options, Ledger ledger, Object lock) {
    this.vertx = vertx;
    this.client = client;
    this.options = options;
    this.ledger = ledger;
    this.lock = lock;
  }

  /** Sets the session. Must be called before everything else. */
  void feeds(ClientSession fed) {
    session = fed;
  }

  /** The next address of the list. */
  URI next() {
    return options.urls().get(turn++ % options.urls().size());
  }

  /** Gives up what is open, which stays so, and connects here. */
  void connect(URI uri) {
    target = uri;
    away = false;
    giveUp();
    answer();
    session.start();
  }

  /** Closes all connections and stays away until {@link #connect}. */
  void detach() {
    away = true;
    giveUp();
    opened().forEach(TestSocket::close);
  }

  /** Detaches as {@link #detach} does, without a word to the server. */
  void cutAndStayAway() {
    away = true;
    giveUp();
    opened().forEach(TestSocket::cut);
  }

  /** Loses the connection; the session comes back by itself. */
  void cut() {
    Connection lost = connections.get(current);
    away = false;
    giveUp();
    if (lost != null && lost.socket != null) {
      lost.socket.cut();
    }
    answer();
  }

  /** Writes a frame of the test's own to the connection of the moment, if there is one. */
  void write(ObjectNode frame) {
    Connection open = connections.get(current);
    if (open != null && open.socket != null) {
      open.socket.send(Json.write(frame));
    }
  }

  /** The number behind the last one that was used in the channel. */
  long nextNumber(String channel) {
    return numbers.getOrDefault(channel, 0L) + 1;
  }

  /** Listens to the connection no more. */
  private void giveUp() {
    int link = current;
    current = 0;
    if (link != 0) {
      session.closed(link, TestSocket.ABNORMAL, "given up by the test");
    }
  }

  private List<TestSocket> opened() {
    return connections.values().stream()
        .map(connection -> connection.socket)
        .filter(socket -> socket != null)
        .toList();
  }

  @Override
  public void token(int ask) {
    asked = ask;
    vertx.runOnContext(
        now -> {
          synchronized (lock) {
            answer();
          }
        });
  }

  /** Answers with a token. A client that stays away gets none, so that it tries no connection. */
  private void answer() {
    if (!away && asked != 0) {
      int ask = asked;
      asked = 0;
      session.token(ask, options.token());
    }
  }

  @Override
  public void open(int link, URI inTurn) {
    URI uri = target == null ? next() : target;
    target = null;
    current = link;
    var connection = new Connection(link);
    connections.put(link, connection);
    var upgrade = new WebSocketConnectOptions().addSubProtocol("holdfast.v1");
    upgrade.setConnectTimeout(ATTEMPT_MILLIS).setTimeout(ATTEMPT_MILLIS);
    TestSocket.open(client, uri, upgrade, connection)
        .onSuccess(connection::opened)
        .onFailure(failure -> connection.closed(TestSocket.ABNORMAL, failure.getMessage()));
  }

  @Override
  public void send(int link, String frame) {
    Connection open = connections.get(link);
    if (open != null && open.socket != null) {
      open.socket.send(noted(Json.parse(frame)));
    }
  }

  private String noted(ObjectNode frame) {
    String type = frame.path("type").asText();
    if (type.equals("publish") && frame.has("n")) {
      numbers.put(frame.path("channel").asText(), frame.path("n").asLong());
    }
    if (type.equals("hello") && !options.keepsCursors()) {
      frame.remove("channels");
    }
    if (type.equals("hello") && !options.countsAttempts()) {
      frame.withObject("/client").remove(List.of("instance", "attempt"));
    }
    return Json.write(frame);
  }

  /** A peer that is paused would not even answer a close. */
  @Override
  public void close(int link) {
    current = link == current ? 0 : current;
    Connection silent = connections.get(link);
    if (silent != null && silent.socket != null) {
      silent.socket.cut();
    }
  }

  @Override
  public long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public Runnable after(long millis, Runnable task) {
    var due = new AtomicBoolean(true);
    long timer = vertx.setTimer(millis, id -> run(due, task));
    return () -> {
      due.set(false);
      vertx.cancelTimer(timer);
    };
  }

  /** Runs a task unless it was cancelled, also while it waited for the lock. */
  private void run(AtomicBoolean due, Runnable task) {
    synchronized (lock) {
      if (due.get()) {
        task.run();
      }
    }
  }

  /** A connection, whether the session listens to it or not. */
  private final class Connection implements TestSocket.Listener {
    private final int link;
    private @Nullable TestSocket socket;

    Connection(int link) {
      this.link = link;
    }

    void opened(TestSocket opened) {
      synchronized (lock) {
        if (link != current) {
          opened.close();
          return;
        }
        socket = opened;
        session.opened(link);
      }
    }

    @Override
    public void received(String text) {
      ObjectNode frame = Json.parse(text);
      String type = frame.path("type").asText();
      synchronized (lock) {
        if (link == current) {
          ledger.read(frame);
          received(type, frame, text);
        } else if (socket != null && type.equals("ping")) {
          // Given up, and alive: only the server ends it.
          socket.send(Json.write(Json.frame("pong")));
        }
      }
    }

    private void received(String type, ObjectNode frame, String text) {
      if (type.equals("welcome") && !frame.path("resumed").asBoolean()) {
        numbers.clear();
      }
      // It stays where the test put it, whoever asks it to move.
      if (!type.equals("reconnect")) {
        session.received(link, text);
      }
    }

    @Override
    public void closed(int code, @Nullable String reason) {
      String why = reason == null ? "" : reason;
      synchronized (lock) {
        ledger.add(new Entry.Closed(System.nanoTime(), code, why, link == current));
        connections.remove(link);
        if (link == current) {
          current = 0;
          session.closed(link, code, why);
        }
      }
    }
  }
}
