package dev.holdfast.loadtest.worker.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Ids;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.worker.ledger.ClientLedgers;
import dev.holdfast.loadtest.worker.ledger.EventReader;
import dev.holdfast.loadtest.worker.ledger.GroupTally;
import dev.holdfast.loadtest.worker.ledger.Kind;
import dev.holdfast.protocol.CloseCode;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A client that speaks {@code holdfast.v1}: when its connection is lost it comes back, at another
 * address, as the same session and with a cursor for each channel. A slow consumer stops reading
 * once all its channels are live, and does not come back. Confined to one event loop; times in µs.
 */
final class SessionClient implements LoadClient, Wire.Listener {
  private static final int LAST_TO_COME_BACK = 4499;
  private static final int NO_CODE = 1006;
  private static final long SECOND = 1_000_000;
  private static final long OPEN_LIMIT = 20 * SECOND;
  private static final long HELLO_LIMIT = 10 * SECOND;
  private static final long CLOSE_LIMIT = 3 * SECOND;
  private static final long SLOW_PING = 10 * SECOND;

  private final ClientLoop loop;
  private final GroupTally tally;
  private final String user;
  private final ClientLedgers ledgers;
  private final Reading reading;
  private final Urls urls;
  private final BackOff backOff = new BackOff();
  private final String instance = Ids.fresh();

  @SuppressWarnings("NullAway.Init")
  private Wire wire;

  private State state = State.AWAY;
  private @Nullable String session;
  private @Nullable String node;
  private long attempts;
  private boolean settled;
  private boolean live;

  /** Time at which the state began, or the other side was last heard of. */
  private long since;

  private long openedAt;
  private long heartbeat;
  private long lostAt;
  private long behindSince;

  private enum State {
    AWAY,
    OPENING,
    GREETING,
    ATTACHED,
    LEAVING,
    GONE
  }

  SessionClient(ClientLoop loop, GroupTally tally, int number) {
    Group group = tally.group;
    this.loop = loop;
    this.tally = tally;
    this.user = group.user(number);
    this.ledgers = new ClientLedgers(tally, number);
    this.reading = new Reading(group.topics() > 0 ? group.topic(number % group.topics()) : null);
    this.urls = new Urls(loop.plan.address().urls(), number);
  }

  @Override
  public void connect() {
    enter(State.OPENING);
    openedAt = since;
    WebSocketConnectOptions options =
        urls.options().setURI("/v1/connect").addSubProtocol("holdfast.v1");
    wire = new Wire(loop.sockets, options, loop.scratch, this);
  }

  @Override
  public void opened() {
    enter(State.GREETING);
    ObjectNode hello = Frames.frame("hello").put("token", loop.token(tally.group.tenant(), user));
    hello
        .putObject("client")
        .put("name", "load")
        .put("version", "1")
        .put("instance", instance)
        .put("attempt", ++attempts);
    if (urls.moving()) {
      hello.put("move", true);
    }
    if (session != null) {
      hello.put("resume", session);
      reading.cursors.write(hello.putObject("channels"));
    }
    wire.send(hello.toString());
  }

  @Override
  public void message(byte[] bytes, int length) {
    long now = loop.clock.micros();
    try {
      if (loop.events.read(bytes, length, reading.cursors)) {
        event(loop.events, length, now);
      } else {
        frame(Frames.read(bytes, length), now);
      }
    } catch (IOException e) {
      loop.counters.errors.count("garbage from the target", e);
      wire.cut();
      closed(NO_CODE);
      return;
    }
    since = state == State.ATTACHED ? now : since;
  }

  private void event(EventReader event, int length, long now) {
    if (event.kind == null) {
      loop.counters.errors.count("an event of a channel that was not asked for");
      return;
    }
    reading.event(event);
    if (event.number > 0) {
      loop.counters.received++;
      loop.counters.bytes += length;
      ledgers.received(event, now);
    }
  }

  private void frame(JsonNode frame, long now) {
    switch (frame.path("type").asText()) {
      case "welcome" -> welcome(frame, now);
      case "subscribed" -> reading.subscribed(frame);
      case "live" -> live(frame, now);
      case "gap" -> gap(frame);
      case "ping" -> wire.send(Frames.PONG);
      case "reconnect" -> {
        urls.move();
        cut();
      }
      case "error", "unsubscribed" -> refused(frame);
      case "reply", "pong" -> {
        // A reply to subscribe is followed by subscribed.
      }
      default -> loop.counters.errors.count("a frame of a type that is not known");
    }
  }

  private void welcome(JsonNode frame, long now) {
    boolean again = session != null;
    urls.arrived();
    boolean resumed = frame.path("resumed").asBoolean();
    enter(State.ATTACHED);
    settle();
    backOff.succeeded();
    session = frame.path("session").asText();
    node = frame.path("node").asText();
    loop.counters.attached(node);
    heartbeat = frame.path("heartbeat").asLong() * SECOND;
    loop.counters.connects++;
    if (!again) {
      tally.connect.record(now - openedAt);
    } else if (resumed) {
      loop.counters.resumed++;
      tally.resume.record(now - lostAt);
    } else {
      loop.counters.restarted++;
      reading.restarted();
    }
    subscribe();
  }

  private void subscribe() {
    String frame = reading.subscribe();
    if (frame != null) {
      wire.send(frame);
    }
  }

  private void live(JsonNode frame, long now) {
    if (reading.live(frame) == null || live || !reading.allLive()) {
      return;
    }
    live = true;
    loop.counters.live++;
    ledgers.open();
    if (behindSince > 0) {
      tally.caughtUp.record(now - behindSince);
      behindSince = 0;
    }
    if (isSlow()) {
      wire.stopReading();
    }
  }

  private void gap(JsonNode frame) {
    Kind kind = reading.gap(frame);
    if (kind != null) {
      ledgers.gap(kind);
    }
  }

  private void refused(JsonNode frame) {
    if (reading.refused(frame)) {
      loop.counters.errors.count(
          frame.path("type").asText()
              + " "
              + frame.path("code").asText()
              + ": "
              + frame.path("message").asText());
    }
  }

  @Override
  public void refused(Throwable failure) {
    loop.counters.errors.count("connect", failure);
    comeBack();
  }

  @Override
  public void closed(int code) {
    boolean over = state == State.LEAVING || isSlow() || code > LAST_TO_COME_BACK;
    if (state != State.LEAVING) {
      loop.counters.closed(code);
    }
    if (state != State.LEAVING && code > LAST_TO_COME_BACK) {
      loop.counters.errors.count("closed by the target as " + meaning(code));
    }
    detach();
    if (over) {
      enter(State.GONE);
      settle();
    } else if (code == CloseCode.ELSEWHERE.number && urls.moved()) {
      next();
    } else {
      comeBack();
    }
  }

  private static String meaning(int number) {
    for (CloseCode code : CloseCode.values()) {
      if (code.number == number) {
        return code.wireName() + " (" + number + "): " + code.meaning;
      }
    }
    return String.valueOf(number);
  }

  private void comeBack() {
    settle();
    if (state == State.GONE) {
      return;
    }
    enter(State.AWAY);
    urls.next();
    loop.comebacks.add(loop.clock.micros() + backOff.next() * 1_000, this);
  }

  private void detach() {
    if (node != null) {
      loop.counters.detached(node);
      node = null;
      interrupted();
    }
    if (live) {
      live = false;
      loop.counters.live--;
    }
    reading.stopped();
  }

  private void interrupted() {
    if (state == State.ATTACHED) {
      loop.counters.interrupted++;
      lostAt = loop.clock.micros();
      behindSince = behindSince == 0 ? lostAt : behindSince;
    }
  }

  @Override
  public void cut() {
    if (state != State.ATTACHED) {
      return;
    }
    wire.cut();
    loop.counters.closed(NO_CODE);
    detach();
    if (isSlow()) {
      enter(State.GONE);
    } else {
      next();
    }
  }

  private void next() {
    urls.next();
    connect();
  }

  @Override
  public void leave() {
    if (state == State.ATTACHED) {
      enter(State.LEAVING);
      wire.send(Frames.CLOSE);
    } else if (state != State.LEAVING && state != State.GONE) {
      enter(State.GONE);
      settle();
      drop();
    }
  }

  @Override
  public void look(long now) {
    long quiet = now - since;
    switch (state) {
      case OPENING -> giveUp(quiet > OPEN_LIMIT, "connect: no answer in time");
      case GREETING -> giveUp(quiet > HELLO_LIMIT, "hello: no welcome in time");
      case ATTACHED -> lookAttached(quiet, now);
      case LEAVING -> giveUp(quiet > CLOSE_LIMIT, "close: not closed in time");
      case AWAY, GONE -> {
        // Nothing is awaited.
      }
    }
  }

  private void lookAttached(long quiet, long now) {
    if (!isSlow()) {
      giveUp(heartbeat > 0 && quiet > 2 * heartbeat, "silent for two heartbeats");
    } else if (quiet > SLOW_PING) {
      since = now;
      wire.send(Frames.PING);
    }
    if (state == State.ATTACHED) {
      subscribe();
    }
  }

  private void giveUp(boolean late, String message) {
    if (late) {
      loop.counters.errors.count(message);
      drop();
      closed(NO_CODE);
    }
  }

  private void drop() {
    if (wire != null) {
      wire.cut();
    }
  }

  private void settle() {
    if (!settled && openedAt > 0) {
      settled = true;
      loop.connects.settled();
    }
  }

  private void enter(State next) {
    state = next;
    since = loop.clock.micros();
  }

  private boolean isSlow() {
    return tally.group.kind() == Group.Kind.SLOW;
  }

  @Override
  public @Nullable String node() {
    return node;
  }

  @Override
  public @Nullable String session() {
    return node == null ? null : session;
  }

  @Override
  public boolean gone() {
    return state == State.GONE;
  }

  @Override
  public String user() {
    return user;
  }

  @Override
  public ClientLedgers ledgers() {
    return ledgers;
  }
}
