package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.client.protocol.ClientSession;
import dev.holdfast.client.session.ClientBounds;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.Gap;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.client.session.SessionListener;
import dev.holdfast.client.session.SessionOptions;
import dev.holdfast.client.session.Snapshot;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.worker.ledger.ClientLedgers;
import dev.holdfast.loadtest.worker.ledger.EventReader;
import dev.holdfast.loadtest.worker.ledger.GroupTally;
import dev.holdfast.loadtest.worker.ledger.Kind;
import dev.holdfast.protocol.CloseCode;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts what becomes of one session of the client library: when its connection is lost it comes
 * back, at another address, with a cursor for each channel. A slow consumer stops reading once all
 * its channels are live, and does not come back. Confined to one event loop; times in µs.
 */
final class SessionClient implements LoadClient, SessionListener, SessionWire.Owner {
  private static final int FIRST_FINAL = 4500;
  private static final String NOT_OPENED = "connect: no answer in time";
  private static final long CLOSE_LIMIT_MS = 3_000;
  private static final long SUBSCRIBE_AGAIN_MS = 1_000;

  /** The defaults; but each loss is measured alike, however soon it comes after a welcome. */
  private static final ClientTimes TIMES =
      new ClientTimes(
          ClientTimes.DEFAULTS.attempt(),
          ClientTimes.DEFAULTS.firstWait(),
          ClientTimes.DEFAULTS.longestWait(),
          Duration.ofMillis(1),
          ClientTimes.DEFAULTS.ack(),
          ClientTimes.DEFAULTS.retry());

  private final ClientLoop loop;
  private final GroupTally tally;
  private final int number;
  private final @Nullable Chat chat;
  private final String user;
  private final ClientLedgers ledgers;
  private final Reading reading;
  private final Urls urls;
  private final SessionWire wire;
  private final ClientSession session;

  private @Nullable String id;
  private @Nullable String node;
  private boolean settled;
  private boolean live;
  private boolean leaving;
  private boolean gone;

  /** Time at which the last attempt began; 0 if there was none. */
  private long attemptAt;

  private long lostAt;
  private long behindSince;

  /**
   * @param chat that it shows; none: its group does not chat
   */
  SessionClient(ClientLoop loop, GroupTally tally, int number, @Nullable Chat chat) {
    Group group = tally.group;
    this.loop = loop;
    this.tally = tally;
    this.number = number;
    this.chat = chat;
    this.user = group.user(number);
    this.ledgers = new ClientLedgers(tally, number);
    this.reading = new Reading(group.topics() > 0 ? group.topic(number % group.topics()) : null);
    this.urls = new Urls(loop.plan.address().urls(), number);
    this.wire = new SessionWire(loop, urls, reading, this);
    var options =
        new SessionOptions(loop.plan.address().urls(), "load", "1", TIMES, ClientBounds.DEFAULTS);
    this.session = new ClientSession(options, wire, this);
    wire.feeds(session);
  }

  @Override
  public void connect() {
    subscribe();
    session.start();
  }

  /** Sent with the next welcome, and again until it is answered; a refusal is counted. */
  private void subscribe() {
    String topic = reading.topic();
    if (topic != null) {
      session.subscribe(topic, reading.cursors.from(Kind.TOPIC));
    }
  }

  @Override
  public String attempt() {
    attemptAt = loop.clock.micros();
    return loop.token(tally.group.tenant(), user);
  }

  @Override
  public void session(SessionInfo info) {
    long now = loop.clock.micros();
    urls.arrived();
    settle();
    loop.counters.attached(info.node());
    loop.counters.connects++;
    if (id == null) {
      tally.connect.record(now - attemptAt);
    } else if (info.resumed()) {
      loop.counters.resumed++;
      tally.resume.record(now - lostAt);
    } else {
      loop.counters.restarted++;
      reading.restarted();
    }
    id = info.id();
    node = info.node();
  }

  @Override
  public void subscribed(String channel, Cursor cursor) {
    reading.subscribed(channel, cursor);
  }

  @Override
  public void event(EventReader event, int length, long micros) {
    reading.event(event);
    if (event.kind == Kind.RUN && chat != null) {
      loop.counters.received++;
      loop.counters.bytes += length;
      chat.event(event, micros);
    } else if (event.number > 0) {
      loop.counters.received++;
      loop.counters.bytes += length;
      ledgers.received(event, micros);
    }
  }

  @Override
  public void live(String channel, Cursor cursor) {
    reading.live(channel, cursor);
    if (live || !reading.allLive()) {
      return;
    }
    live = true;
    loop.counters.live++;
    ledgers.open();
    if (behindSince > 0) {
      tally.caughtUp.record(loop.clock.micros() - behindSince);
      behindSince = 0;
    }
    if (isSlow()) {
      wire.stopReading();
    }
  }

  @Override
  public void gap(Gap gap) {
    Kind kind = reading.gap(gap);
    if (kind == Kind.RUN && chat != null) {
      chat.gap(gap.channel());
    } else if (kind != null) {
      ledgers.gap(kind);
    }
  }

  @Override
  public void snapshot(Snapshot snapshot) {
    if (chat != null) {
      chat.snapshot(snapshot);
    }
  }

  /** Reads a run, too, and reports to the chat if it can't be read. */
  void read(String channel, From from) {
    reading.follow(channel);
    session
        .subscribe(channel, from)
        .whenComplete((at, failure) -> notRead(channel, failure == null ? null : "" + failure));
  }

  private void notRead(String channel, @Nullable String why) {
    if (why != null && !leaving && !gone && chat != null) {
      chat.refused(channel, why);
    }
  }

  /** Reads the run no longer. */
  void leave(String channel) {
    reading.follow(null);
    session.unsubscribe(channel);
  }

  /** Ends as a page does that is loaded again, and returns the next one, which knows nothing. */
  SessionClient reload() {
    leaving = true;
    session.leave();
    var page = new SessionClient(loop, tally, number, chat);
    page.settled = true;
    return page;
  }

  @Override
  public void unsubscribed(String channel, String code) {
    if (reading.kind(channel) == null && !channel.equals(reading.topic())) {
      return;
    }
    if (reading.kind(channel) == Kind.RUN) {
      notRead(channel, code);
      return;
    }
    loop.counters.errors.count("unsubscribed " + code + ": ");
    if (channel.equals(reading.topic()) && isRetryable(code)) {
      loop.timers.after(SUBSCRIBE_AGAIN_MS, this::subscribe);
    }
  }

  private static boolean isRetryable(String name) {
    return Stream.of(ErrorCode.values())
        .anyMatch(code -> code.wireName().equals(name) && code.retryable);
  }

  /** A conflict is the answer to a subscription that is there: the first answer was lost. */
  @Override
  public void error(RefusedException error) {
    if (!error.code().equals(ErrorCode.CONFLICT.wireName())) {
      loop.counters.errors.count("error " + error.getMessage());
    }
  }

  @Override
  public void state(ClientState state) {
    boolean offline = state.kind() == ClientState.Kind.OFFLINE;
    gone |= state.kind() == ClientState.Kind.STOPPED;
    if (!offline && !gone) {
      return;
    }
    detach();
    settle();
    if (offline && !state.reason().isEmpty()) {
      loop.counters.errors.count(givenUp(state.reason()));
    }
    if (offline && isSlow() && id != null) {
      session.leave();
    }
  }

  /** Names why the session gave a connection up, as reports do. */
  private static String givenUp(String reason) {
    return switch (reason) {
      case "no connection in time" -> NOT_OPENED;
      case "no welcome in time" -> "hello: no welcome in time";
      default -> reason.replaceFirst("^nonsense from the server", "garbage from the target");
    };
  }

  @Override
  public void left() {
    detach();
  }

  @Override
  public void ended(int code) {
    if (leaving || gone) {
      return;
    }
    loop.counters.closed(code);
    if (code >= FIRST_FINAL) {
      loop.counters.errors.count("closed by the target as " + meaning(code));
    }
  }

  /** The session stays where it is, so no state reports it. */
  @Override
  public void notMoved() {
    if (!leaving && !gone) {
      loop.counters.errors.count(NOT_OPENED);
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
    if (!leaving) {
      loop.counters.interrupted++;
      lostAt = loop.clock.micros();
      behindSince = behindSince == 0 ? lostAt : behindSince;
    }
  }

  @Override
  public void cut() {
    if (node == null || leaving) {
      return;
    }
    wire.cut();
    session.start();
  }

  @Override
  public void leave() {
    if (leaving || gone) {
      return;
    }
    leaving = true;
    if (node != null) {
      loop.timers.after(CLOSE_LIMIT_MS, this::giveUpLeaving);
    }
    session.end();
  }

  private void giveUpLeaving() {
    if (!gone) {
      loop.counters.errors.count("close: not closed in time");
      session.leave();
    }
  }

  private void settle() {
    if (!settled && attemptAt > 0) {
      settled = true;
      loop.connects.settled();
    }
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
    return node == null ? null : id;
  }

  @Override
  public boolean gone() {
    return gone;
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
