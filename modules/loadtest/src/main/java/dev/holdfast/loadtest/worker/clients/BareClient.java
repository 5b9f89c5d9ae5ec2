package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.loadtest.worker.ledger.ClientLedgers;
import dev.holdfast.loadtest.worker.ledger.Cursors;
import dev.holdfast.loadtest.worker.ledger.GroupTally;
import dev.holdfast.loadtest.worker.ledger.Kind;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A plain WebSocket, whose other side says nothing but events of one channel. It tries until it is
 * connected, and does not come back: there would be no resuming.
 */
final class BareClient implements LoadClient, Connection.Listener {
  private static final String NODE = "bare";

  private final ClientLoop loop;
  private final GroupTally tally;
  private final ClientLedgers ledgers;
  private final Urls urls;
  private final BackOff backOff = new BackOff();
  private final Cursors cursors = new Cursors();

  @SuppressWarnings("NullAway.Init")
  private Connection connection;

  private boolean settled;
  private boolean attached;
  private boolean gone;
  private long begunAt;

  BareClient(ClientLoop loop, GroupTally tally, int number) {
    this.loop = loop;
    this.tally = tally;
    this.ledgers = new ClientLedgers(tally, number);
    this.urls = new Urls(loop.plan.address().urls(), number);
    cursors.name(Kind.BARE, Kind.BARE.start);
  }

  @Override
  public void connect() {
    begunAt = loop.clock.micros();
    connection = new Connection(loop.scratch, this);
    connection.open(loop.sockets, urls.options().setURI("/"));
  }

  @Override
  public void opened() {
    attached = true;
    settle();
    ledgers.open();
    loop.counters.connects++;
    loop.counters.live++;
    loop.counters.attached(NODE);
    tally.connect.record(loop.clock.micros() - begunAt);
  }

  @Override
  public void message(byte[] bytes, int length) {
    try {
      if (loop.events.read(bytes, length, cursors) && loop.events.kind == Kind.BARE) {
        loop.counters.received++;
        loop.counters.bytes += length;
        ledgers.received(loop.events, loop.clock.micros());
      }
    } catch (IOException e) {
      loop.counters.errors.count("garbage from the target", e);
      connection.close();
    }
  }

  @Override
  public void refused(Throwable failure) {
    loop.counters.errors.count("connect", failure);
    settle();
    urls.next();
    loop.timers.after(backOff.next(), this::comeBack);
  }

  private void comeBack() {
    if (!gone()) {
      connect();
    }
  }

  @Override
  public void closed(int code) {
    if (!gone) {
      loop.counters.closed(code);
      loop.counters.interrupted++;
    }
    detach();
    gone = true;
  }

  private void settle() {
    if (!settled) {
      settled = true;
      loop.connects.settled();
    }
  }

  private void detach() {
    if (attached) {
      attached = false;
      loop.counters.live--;
      loop.counters.detached(NODE);
    }
  }

  @Override
  public void leave() {
    gone = true;
    if (attached) {
      connection.close();
    } else if (connection != null) {
      connection.cut();
    }
  }

  @Override
  public void cut() {
    gone = true;
    loop.counters.interrupted += attached ? 1 : 0;
    connection.cut();
    detach();
  }

  @Override
  public @Nullable String node() {
    return attached ? NODE : null;
  }

  @Override
  public @Nullable String session() {
    return null;
  }

  @Override
  public String user() {
    return "";
  }

  @Override
  public boolean gone() {
    return gone && !attached;
  }

  @Override
  public ClientLedgers ledgers() {
    return ledgers;
  }
}
