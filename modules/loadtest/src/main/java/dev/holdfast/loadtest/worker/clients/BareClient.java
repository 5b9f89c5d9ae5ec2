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
final class BareClient implements LoadClient, Wire.Listener {
  private static final String NODE = "bare";

  private final ClientLoop loop;
  private final GroupTally tally;
  private final ClientLedgers ledgers;
  private final Urls urls;
  private final BackOff backOff = new BackOff();
  private final Cursors cursors = new Cursors();

  @SuppressWarnings("NullAway.Init")
  private Wire wire;

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
    wire = new Wire(loop.sockets, urls.options().setURI("/"), loop.scratch, this);
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
      wire.close();
    }
  }

  @Override
  public void refused(Throwable failure) {
    loop.counters.errors.count("connect", failure);
    settle();
    urls.next();
    loop.comebacks.add(loop.clock.micros() + backOff.next() * 1_000, this);
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
      wire.close();
    } else if (wire != null) {
      wire.cut();
    }
  }

  @Override
  public void cut() {
    gone = true;
    loop.counters.interrupted += attached ? 1 : 0;
    wire.cut();
    detach();
  }

  @Override
  public void look(long micros) {
    // It waits for nothing that could take too long: the handshake has its own limit.
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
