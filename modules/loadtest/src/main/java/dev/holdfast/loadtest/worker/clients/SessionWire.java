package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.client.protocol.ClientSession;
import dev.holdfast.client.protocol.Wire;
import dev.holdfast.loadtest.worker.ledger.EventReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one session: the one that it listens to, and, while it moves, the one that it
 * leaves or the next. Events are read without a tree; the session gets their positions, and all
 * other frames. Confined to one event loop.
 */
final class SessionWire implements Wire {
  static final int NO_CODE = 1006;

  private static final int LAST_TO_COME_BACK = 4499;
  private static final String PING = "{\"type\":\"ping\"}";
  private static final String PONG = "{\"type\":\"pong\"}";
  private static final Set<String> KNOWN =
      Set.of(
          "welcome",
          "subscribed",
          "live",
          "gap",
          "snapshot",
          "unsubscribed",
          "reply",
          "error",
          "reconnect",
          "ping",
          "pong");

  private final ClientLoop loop;
  private final Urls urls;
  private final Reading reading;
  private final Owner owner;
  private final Map<Integer, Link> links = new HashMap<>();

  @SuppressWarnings("NullAway.Init")
  private ClientSession session;

  /** The connection that is listened to; 0 if there is none. */
  private int current;

  private boolean tried;

  /** Hears of what becomes of the connections. */
  interface Owner {
    /** An attempt begins; returns its token. */
    String attempt();

    /** The connection is left for another one, which is open. */
    void left();

    void event(EventReader event, int length, long micros);

    /** A connection that was open has ended, or was given up; 1006 if no code was given. */
    void ended(int code);

    /** A connection to move to was given up before it was open: the one before stays. */
    void notMoved();
  }

  SessionWire(ClientLoop loop, Urls urls, Reading reading, Owner owner) {
    this.loop = loop;
    this.urls = urls;
    this.reading = reading;
    this.owner = owner;
  }

  /** Sets the session. Must be called before everything else. */
  void feeds(ClientSession fed) {
    session = fed;
  }

  /** Loses the connection as a network does; the session hears of it. */
  void cut() {
    lose(current);
  }

  /** Reads no more: what comes fills the buffers of the machine, then those of the sender. */
  void stopReading() {
    Link now = links.get(current);
    if (now != null) {
      now.paused = true;
      now.connection.stopReading();
    }
  }

  @Override
  public void token(int ask) {
    String token = owner.attempt();
    loop.next(() -> session.token(ask, token));
  }

  /**
   * @param inTurn not used: the clients of a node that died are spread over all the others
   */
  @Override
  public void open(int link, URI inTurn) {
    if (current != 0) {
      urls.move();
    }
    if (tried) {
      urls.next();
    }
    tried = true;
    var fresh = new Link(link);
    links.put(link, fresh);
    fresh.connection.open(
        loop.sockets, urls.options().setURI("/v1/connect").addSubProtocol("holdfast.v1"));
  }

  /** Sends a frame; a client that no longer reads takes the answer to a ping as given. */
  @Override
  public void send(int link, String frame) {
    Link open = links.get(link);
    if (open == null) {
      return;
    }
    open.connection.send(frame);
    if (open.paused && frame.equals(PING)) {
      loop.next(() -> session.received(link, PONG));
    }
  }

  /** Ends a connection without a close frame, as the other side may be silent, or gone. */
  @Override
  public void close(int link) {
    Link closed = taken(link);
    if (closed == null) {
      return;
    }
    closed.connection.cut();
    if (closed.open) {
      owner.ended(NO_CODE);
    } else if (current != 0) {
      owner.notMoved();
    }
  }

  private void lose(int link) {
    close(link);
    session.closed(link, NO_CODE, "");
  }

  private @Nullable Link taken(int link) {
    current = link == current ? 0 : current;
    return links.remove(link);
  }

  @Override
  public long now() {
    return loop.timers.millis();
  }

  @Override
  public Runnable after(long millis, Runnable task) {
    return loop.timers.after(millis, task);
  }

  /** A connection of the session. */
  private final class Link implements Connection.Listener {
    private final int number;
    private final Connection connection = new Connection(loop.scratch, this);
    private boolean open;
    private boolean left;
    private boolean paused;

    Link(int number) {
      this.number = number;
    }

    @Override
    public void opened() {
      open = true;
      Link before = links.get(current);
      if (before != null) {
        before.left = true;
        owner.left();
      }
      current = number;
      session.opened(number);
    }

    @Override
    public void message(byte[] bytes, int length) {
      if (number != current) {
        return;
      }
      long now = loop.clock.micros();
      try {
        if (loop.events.read(bytes, length, reading.cursors)) {
          event(loop.events, length, now);
        } else {
          frame(new String(bytes, 0, length, StandardCharsets.UTF_8));
        }
      } catch (IOException e) {
        loop.counters.errors.count("garbage from the target", e);
        lose(number);
      }
    }

    private void event(EventReader event, int length, long now) {
      String channel = event.kind == null ? null : reading.cursors.channel(event.kind);
      if (channel == null) {
        loop.counters.errors.count("an event of a channel that was not asked for");
        return;
      }
      session.received(number, channel, event.cursor());
      owner.event(event, length, now);
    }

    private void frame(String text) {
      String type = loop.events.type;
      if (type == null || !KNOWN.contains(type)) {
        loop.counters.errors.count("a frame of a type that is not known");
      }
      session.received(number, text);
    }

    @Override
    public void refused(Throwable failure) {
      links.remove(number);
      loop.counters.errors.count("connect", failure);
      session.closed(number, NO_CODE, "");
    }

    /** Reports the end. After a first 4501 it does not ask again: its token would be the same. */
    @Override
    public void closed(int code) {
      taken(number);
      owner.ended(left ? NO_CODE : code);
      session.closed(number, code, "");
      if (code > LAST_TO_COME_BACK && !left) {
        session.leave();
      }
    }
  }
}
