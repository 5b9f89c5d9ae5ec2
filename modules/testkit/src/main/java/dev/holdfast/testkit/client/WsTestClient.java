package dev.holdfast.testkit.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.protocol.ClientSession;
import dev.holdfast.client.session.ClientBounds;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.ClientState.Kind;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.client.session.SessionListener;
import dev.holdfast.client.session.SessionOptions;
import dev.holdfast.client.session.Stored;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A session of the client library whose connections the test governs: it connects where the test
 * says, loses connections, stays away, and writes down everything that it receives. Between that it
 * lives by the protocol, as the library does: it reconnects over a list of addresses and resumes,
 * keeps its cursors, and sends unanswered publications again in order. It acknowledges only when
 * the test says so, and does not move when a node asks it to. All methods may be called from any
 * thread; nothing blocks.
 */
public final class WsTestClient implements AutoCloseable {
  private static final Duration RETRY = Duration.ofMillis(50);
  private static final long REQUEST_MILLIS = 10_000;
  private static final ClientBounds UNBOUNDED =
      new ClientBounds(Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);

  private final Ledger ledger = new Ledger();
  private final TestWire wire;
  private final ClientSession session;
  private final List<CompletableFuture<Entry.Welcomed>> waiting = new ArrayList<>();
  private Entry.@Nullable Welcomed welcome;

  WsTestClient(Vertx vertx, WebSocketClient sockets, ClientOptions options) {
    wire = new TestWire(vertx, sockets, options, ledger, this);
    var named = new SessionOptions(options.urls(), "testkit", "1", times(options), UNBOUNDED);
    session = new ClientSession(named, wire, new SessionEvents());
    wire.feeds(session);
  }

  private static ClientTimes times(ClientOptions options) {
    return new ClientTimes(
        Duration.ofMillis(TestWire.ATTEMPT_MILLIS),
        options.firstWait(),
        options.longestWait(),
        Duration.ofMillis(1),
        Duration.ofSeconds(10),
        RETRY);
  }

  /** Connects to the next address of the list; afterwards it comes back by itself. */
  public synchronized CompletableFuture<Entry.Welcomed> connect() {
    return connect(wire.next());
  }

  /**
   * Connects here, resuming its session. A connection that is open stays so, but is not listened to
   * any more: the server is to close it as replaced.
   */
  public synchronized CompletableFuture<Entry.Welcomed> connect(URI uri) {
    if (hasEnded()) {
      return CompletableFuture.failedFuture(RefusedException.stopped("closed for good"));
    }
    var welcomed = new CompletableFuture<Entry.Welcomed>();
    waiting.add(welcomed);
    wire.connect(uri);
    return welcomed;
  }

  /** Closes the connection, and any that it took the place of, and stays away until connected. */
  public synchronized void detach() {
    wire.detach();
  }

  /** Loses the connection as when a cable is pulled, and comes back by itself. */
  public synchronized void cut() {
    wire.cut();
  }

  /** Cuts the connection as {@link #cut} does, but stays away until {@link #connect}. */
  public synchronized void cutAndStayAway() {
    wire.cutAndStayAway();
  }

  /** Ends the session. */
  public synchronized void endSession() {
    wire.write(Json.frame("close"));
  }

  public CompletableFuture<Position> subscribe(String channel) {
    return subscribe(channel, From.LATEST);
  }

  /**
   * @param from {@code latest}, {@code earliest} or {@code snapshot}
   */
  public CompletableFuture<Position> subscribe(String channel, String from) {
    From place = from.equals("earliest") ? From.EARLIEST : From.LATEST;
    return subscribe(channel, from.equals("snapshot") ? From.SNAPSHOT : place);
  }

  public CompletableFuture<Position> subscribe(String channel, Position from) {
    return subscribe(channel, From.after(new Cursor(from.epoch(), from.seq())));
  }

  private synchronized CompletableFuture<Position> subscribe(String channel, From from) {
    return session.subscribe(channel, from).thenApply(WsTestClient::position);
  }

  public synchronized CompletableFuture<Void> unsubscribe(String channel) {
    ledger.leaves(channel);
    return session.unsubscribe(channel).whenComplete((done, failure) -> ledger.left(channel));
  }

  /**
   * A durable publication; answered when it is stored, over any number of connections. Fails with
   * {@link RefusedException}.
   *
   * @param data what Jackson makes JSON of
   */
  public synchronized CompletableFuture<Published> publish(
      String channel, String event, Object data) {
    return session
        .publish(channel, event, Json.MAPPER.valueToTree(data))
        .thenApply(WsTestClient::published);
  }

  /**
   * Writes a durable publication with the next number to the connection of the moment, and forgets
   * it: no answer is awaited, nothing is sent again, and the number is used for the next one too.
   * What a connection does that does not know yet that it was replaced.
   */
  public synchronized void publishAndForget(String channel, String event, Object data) {
    ObjectNode frame = Json.frame("publish").put("id", Ids.fresh());
    frame.put("channel", channel).put("event", event);
    frame.set("data", Json.MAPPER.valueToTree(data));
    wire.write(frame.put("n", wire.nextNumber(channel)));
  }

  /** A volatile publication; fails with the connection. */
  public synchronized CompletableFuture<Void> publishVolatile(
      String channel, String event, Object data) {
    return session.publishVolatile(channel, event, Json.MAPPER.valueToTree(data));
  }

  /** Sends a request to a service; fails with the connection, or with {@link RefusedException}. */
  public synchronized CompletableFuture<JsonNode> request(
      String service, String method, Object data) {
    return session.request(service, method, Json.MAPPER.valueToTree(data), REQUEST_MILLIS);
  }

  /** Sends the server the cursors that the ledger has. */
  public synchronized void ack() {
    ObjectNode frame = Json.frame("ack");
    ObjectNode cursors = frame.putObject("cursors");
    for (Map.Entry<String, Position> cursor : ledger.cursors().entrySet()) {
      cursors.set(cursor.getKey(), Json.cursor(cursor.getValue()));
    }
    wire.write(frame);
  }

  public Ledger ledger() {
    return ledger;
  }

  /** Returns the id of the session; none: it was not welcomed yet. */
  public synchronized @Nullable String session() {
    return welcome == null ? null : welcome.session();
  }

  /** Returns the last welcome, if there was one. */
  public synchronized Entry.@Nullable Welcomed welcome() {
    return welcome;
  }

  /** Welcomed, and not gone since. */
  public synchronized boolean isConnected() {
    Kind kind = session.state().kind();
    return kind == Kind.CATCHING_UP || kind == Kind.ONLINE;
  }

  /** The server closed with a code that says not to come back. */
  public synchronized boolean hasEnded() {
    return session.state().kind() == Kind.STOPPED;
  }

  /** Counts the publications that wait for an answer. */
  public synchronized int unanswered() {
    return session.unanswered();
  }

  /** Closes the connection for good. */
  @Override
  public synchronized void close() {
    wire.detach();
    session.leave();
  }

  private static @Nullable Position position(@Nullable Cursor cursor) {
    return cursor == null ? null : new Position(cursor.epoch(), cursor.seq());
  }

  private static Published published(Stored stored) {
    return new Published(position(stored.cursor()), stored.duplicate());
  }

  private List<CompletableFuture<Entry.Welcomed>> takeWaiting() {
    List<CompletableFuture<Entry.Welcomed>> all = List.copyOf(waiting);
    waiting.clear();
    return all;
  }

  /** Hears of the session, for those who wait for it. */
  private final class SessionEvents implements SessionListener {
    @Override
    public void session(SessionInfo info) {
      List<Entry.Welcomed> welcomes = ledger.all(Entry.Welcomed.class);
      welcome = welcomes.get(welcomes.size() - 1);
      takeWaiting().forEach(future -> future.complete(welcome));
    }

    @Override
    public void state(ClientState state) {
      if (state.kind() == Kind.STOPPED) {
        var failure =
            RefusedException.stopped("closed with " + state.code() + " " + state.reason());
        takeWaiting().forEach(future -> future.completeExceptionally(failure));
      }
    }
  }
}
