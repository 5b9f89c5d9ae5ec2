package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.ClientState.Kind;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.Event;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.Gap;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.client.session.SessionListener;
import dev.holdfast.client.session.SessionOptions;
import dev.holdfast.client.session.Snapshot;
import dev.holdfast.client.session.Stored;
import dev.holdfast.client.session.Subscribed;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A session of {@code holdfast.v1} on the client's side, without I/O. The network and the
 * application feed it, and it asks its {@link Wire} for the rest. It resumes with a cursor for each
 * channel, and sends numbered publications until they are answered. So each event is received once
 * and in order, and each publication stored once and in order.
 *
 * <p>Not safe for more than one thread. Futures are completed, and the listener is called, within
 * the call that feeds the session; both may call the session again.
 */
public final class ClientSession {
  private final SessionOptions options;
  private final SessionListener listener;
  private final Hello hello;
  private final Connector connector;
  private final Readings readings = new Readings();
  private final Questions questions;
  private final Requests requests;
  private final Publications publications;
  private final Heartbeat heartbeat;
  private final Acks acks;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private @Nullable SessionInfo session;
  private ClientState state = ClientState.of(Kind.CONNECTING);

  public ClientSession(SessionOptions options, Wire wire, SessionListener listener) {
    this.options = options;
    this.listener = listener;
    this.hello = new Hello(options);
    this.connector = new Connector(wire, options, new Turns());
    var ids = new Frames.Ids();
    this.questions = new Questions(wire, ids, options.times(), readings::received, connector::send);
    this.requests = new Requests(wire, ids, options.bounds(), connector::send);
    this.publications = new Publications(wire, ids, options, connector::send);
    this.heartbeat =
        new Heartbeat(
            wire,
            () -> connector.send(Frames.PING),
            () -> connector.giveUp("silent for two heartbeats"));
    this.acks = new Acks(connector, readings, wire, options.times());
  }

  /** Connects, and reconnects until it is stopped. */
  public void start() {
    connector.attempt();
  }

  /** Takes the application's answer to {@link Wire#token}. */
  public void token(int ask, String token) {
    connector.token(ask, token);
  }

  /** Reports that the application has no token for {@link Wire#token}. */
  public void noToken(int ask, String reason) {
    connector.noToken(ask, reason);
  }

  /** Reports that a connection is open. */
  public void opened(int link) {
    connector.opened(link);
  }

  /**
   * Reports that an upgrade was refused by an HTTP answer.
   *
   * @param status of HTTP
   * @param retryAfter ms to wait at least; 0 if the answer named none
   */
  public void refused(int link, int status, long retryAfter) {
    connector.refused(link, status, retryAfter, "the upgrade was answered " + status);
  }

  /** Reports that a connection has ended, or could not be opened; 1006 if no code was given. */
  public void closed(int link, int code, @Nullable String reason) {
    connector.closed(link, code, reason == null ? "" : reason);
  }

  /** Takes a text frame. */
  public void received(int link, String text) {
    if (!connector.listensTo(link)) {
      return;
    }
    heartbeat.heard();
    try {
      handle(Frames.parse(text));
    } catch (NonsenseException e) {
      connector.giveUp("nonsense from the server: " + e.getMessage());
    }
  }

  /**
   * Takes an event that the caller has read by itself. The listener is not called.
   *
   * @param cursor none if the event is volatile
   * @return false if the event has to be dropped: it was received before, or is not wanted
   */
  public boolean received(int link, String channel, @Nullable Cursor cursor) {
    if (!connector.listensTo(link)) {
      return false;
    }
    heartbeat.heard();
    return connector.isAttached() && takes(channel, cursor);
  }

  private boolean takes(String channel, @Nullable Cursor cursor) {
    return !questions.leaves(channel) && readings.event(channel, cursor);
  }

  private void handle(ObjectNode frame) {
    String type = frame.path("type").asText();
    switch (type) {
      case "welcome" -> welcome(frame);
      case "ping" -> connector.send(Frames.PONG);
      case "error" -> error(frame);
      default -> {
        if (connector.isAttached()) {
          handle(type, frame);
        }
      }
    }
  }

  private void handle(String type, ObjectNode frame) {
    switch (type) {
      case "event" -> event(Frames.event(frame));
      case "subscribed" -> subscribed(frame);
      case "live" -> live(frame);
      case "gap" -> gap(frame);
      case "snapshot" -> snapshot(frame);
      case "unsubscribed" -> unsubscribed(frame);
      case "reply" -> reply(Frames.text(frame, "id"), Frames.member(frame, "data"));
      case "expiring" -> connector.expiring();
      case "reconnect" -> connector.moveAfter(Frames.number(frame, "after", 0));
      default -> {} // a pong, or a frame of a newer server
    }
  }

  private void welcome(ObjectNode frame) {
    SessionInfo info = Frames.session(frame);
    boolean resumed = info.resumed();
    long beat = Frames.heartbeat(frame);
    long limit = Frames.limit(frame);
    if (connector.isAttached() || resumed && (session == null || !session.id().equals(info.id()))) {
      throw new NonsenseException("a welcome that was not asked for");
    }
    session = info;
    connector.welcomed(frame.path("time").asLong());
    heartbeat.start(beat);
    readings.welcomed(session);
    enter(ClientState.of(Kind.CATCHING_UP));
    listener.session(session);
    if (connector.isAttached()) {
      questions.connected();
      requests.connected(limit);
      acks.connected();
      publications.connected(resumed, limit);
    }
  }

  private void event(Event event) {
    if (takes(event.channel(), event.cursor())) {
      listener.event(event);
    }
  }

  private void subscribed(ObjectNode frame) {
    String channel = Frames.text(frame, "channel");
    if (!questions.leaves(channel)) {
      Cursor at = Frames.position(frame);
      readings.subscribed(channel, at, Frames.member(frame, "recovered").asBoolean());
      listener.subscribed(channel, at);
    }
  }

  private void live(ObjectNode frame) {
    String channel = Frames.text(frame, "channel");
    if (questions.leaves(channel)) {
      return;
    }
    Cursor at = Frames.position(frame);
    readings.live(channel, at);
    listener.live(channel, at);
    checkOnline();
  }

  private void gap(ObjectNode frame) {
    Gap gap = Frames.gap(frame);
    if (!questions.leaves(gap.channel())) {
      readings.gap(gap);
      listener.gap(gap);
    }
  }

  private void snapshot(ObjectNode frame) {
    Snapshot snapshot = Frames.snapshot(frame);
    if (!questions.leaves(snapshot.channel())) {
      readings.snapshot(snapshot);
      listener.snapshot(snapshot);
    }
  }

  private void unsubscribed(ObjectNode frame) {
    String channel = Frames.text(frame, "channel");
    String code = Frames.text(frame, "code");
    readings.ended(channel, code);
    listener.unsubscribed(channel, code);
    checkOnline();
  }

  private void checkOnline() {
    if (state.kind() == Kind.CATCHING_UP && readings.allLive()) {
      enter(ClientState.of(Kind.ONLINE));
    }
  }

  private void reply(String id, JsonNode data) {
    if (!publications.answered(id, data) && !questions.answered(id, data)) {
      requests.answered(id, data);
    }
  }

  private void error(ObjectNode frame) {
    var error = Frames.refusal(frame);
    String id = frame.path("id").asText();
    listener.error(error);
    if (id.isEmpty()) {
      connector.waitAtLeast(frame.path("retryAfter").asLong(0));
    } else if (!publications.refused(id, frame) && !questions.refused(id, error)) {
      requests.refused(id, error);
    }
  }

  /**
   * Subscribes to a {@code topic:} or {@code run:} channel, on each connection until it is
   * answered.
   *
   * @return the position from which reading starts; none if the channel was read before. Fails with
   *     {@link RefusedException}
   */
  public CompletableFuture<@Nullable Cursor> subscribe(String channel, From from) {
    return subscribe(channel, from, null).thenApply(Subscribed::at);
  }

  /** Subscribes with a channel token; to a channel that is or was read, with another one. */
  public CompletableFuture<Subscribed> subscribe(
      String channel, From from, @Nullable String token) {
    readings.byToken(channel, token);
    return connector.isStopped()
        ? stopped()
        : questions.subscribe(channel, from, token).thenApply(Frames::subscribed);
  }

  /** Ends a subscription; its later events are dropped. */
  public CompletableFuture<Void> unsubscribe(String channel) {
    if (connector.isStopped()) {
      return stopped();
    }
    if (!channel.startsWith("topic:") && !channel.startsWith("run:")) {
      String message = "every session reads this channel";
      return CompletableFuture.failedFuture(new RefusedException("forbidden", message, false));
    }
    readings.forget(channel);
    return questions.unsubscribe(channel).thenApply(data -> null);
  }

  /** Publishes durably: stored once, in the order of the calls, over any number of connections. */
  public CompletableFuture<Stored> publish(String channel, String event, JsonNode data) {
    return connector.isStopped() ? stopped() : publications.publish(channel, event, data);
  }

  /** Publishes to current readers only; fails if the connection is lost. */
  public CompletableFuture<Void> publishVolatile(String channel, String event, JsonNode data) {
    ObjectNode frame = Frames.volatilePublish(channel, event, data);
    return connector.isStopped() ? stopped() : now(frame).thenApply(answer -> null);
  }

  /**
   * Sends a request to a service.
   *
   * @param timeout ms, 1 to 60,000
   */
  public CompletableFuture<JsonNode> request(
      String service, String method, JsonNode data, long timeout) {
    ObjectNode frame = Frames.request(service, method, data, timeout);
    return connector.isStopped() ? stopped() : requests.ask(frame, timeout);
  }

  private CompletableFuture<JsonNode> now(ObjectNode frame) {
    return requests.now(frame, options.times().attempt().toMillis());
  }

  /** Notes that the application has handled all events of the channel up to the cursor. */
  public void handled(String channel, Cursor cursor) {
    acks.handled(channel, cursor);
  }

  /** Ends the session. Completes when the server has confirmed it, or can't be asked. */
  public CompletableFuture<Void> end() {
    acks.send();
    connector.end();
    return ended;
  }

  /** Closes the connection and stays away; the session lingers. */
  public void leave() {
    acks.send();
    connector.leave("left");
  }

  /** Returns the session of the last welcome; none if there was no welcome yet. */
  public @Nullable SessionInfo session() {
    return session;
  }

  public ClientState state() {
    return state;
  }

  /** Returns the number of durable publications that are not answered yet. */
  public int unanswered() {
    return publications.unanswered();
  }

  /** Returns the own channel that begins with {@code user:} or {@code session:}, if known. */
  public @Nullable String ownChannel(String start) {
    return readings.named(start);
  }

  private void enter(ClientState next) {
    state = next;
    listener.state(next);
    if (next.kind() == Kind.STOPPED) {
      ended.complete(null);
    }
  }

  private <T> CompletableFuture<T> stopped() {
    return CompletableFuture.failedFuture(RefusedException.stopped(state.reason()));
  }

  /** Hands the events of the connections' life to the session. */
  private final class Turns implements Life {
    @Override
    public String hello(int attempt, String token, boolean move) {
      return hello.text(attempt, token, move, session, readings);
    }

    @Override
    public void detached() {
      heartbeat.stop();
      publications.disconnected();
      questions.disconnected();
      requests.disconnected();
    }

    @Override
    public CompletableFuture<JsonNode> refresh(String token) {
      return now(Frames.question("refresh").put("token", token));
    }

    @Override
    public void tokens(String failure, long wait) {
      enter(new ClientState(state.kind(), wait, 0, failure));
    }

    @Override
    public void stopped(String reason) {
      acks.stop();
      var failure = RefusedException.stopped(reason);
      publications.fail(failure);
      questions.fail(failure);
      requests.fail(failure);
    }

    @Override
    public void state(ClientState next) {
      enter(next);
    }
  }
}
