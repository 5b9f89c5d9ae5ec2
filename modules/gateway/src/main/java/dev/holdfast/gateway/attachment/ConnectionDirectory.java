package dev.holdfast.gateway.attachment;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The connections of this node by the sessions that they hold, over all its event loops: a notice
 * finds its connection here. One per node; safe on any thread.
 */
public final class ConnectionDirectory {
  private final Map<Key, Holder> holders = new ConcurrentHashMap<>();
  private final AtomicInteger sockets = new AtomicInteger();
  private final AtomicLong grants = new AtomicLong();
  private final EarlyNotices early = new EarlyNotices();
  private volatile boolean crowded;

  private record Key(String tenant, String session) {}

  public ConnectionDirectory(MeterRegistry registry) {
    Gauge.builder("holdfast.connections", sockets, AtomicInteger::get)
        .description("open WebSockets of this node")
        .register(registry);
    Gauge.builder("holdfast.channel.grants", grants, AtomicLong::get)
        .description("channel tokens that are in force on this node")
        .register(registry);
  }

  /**
   * Hands the node's notices to the connections that they are for. Called before the inbox opens.
   */
  public void listen(NodeInbox inbox) {
    inbox.on(NodeNotice.Replaced.class, this::deliver);
    inbox.on(NodeNotice.Ended.class, this::deliver);
    inbox.on(NodeNotice.Disconnect.class, this::deliver);
    inbox.on(NodeNotice.Subscribed.class, this::deliver);
    inbox.on(NodeNotice.Unsubscribed.class, this::deliver);
  }

  /** Returns the number of sessions that connections of this node hold. */
  public int size() {
    return holders.size();
  }

  /** Returns whether a connection of this node holds the session. */
  public boolean holds(String tenant, String session) {
    return holders.containsKey(new Key(tenant, session));
  }

  /** Counts channel tokens in force: how many more, or fewer. */
  void channelGrants(int more) {
    grants.addAndGet(more);
  }

  /** Drops early notices whose time is over; called now and then. */
  void tick(long now) {
    early.forget(now);
  }

  /** Returns the number of open sockets of this node, those without a session included. */
  public int sockets() {
    return sockets.get();
  }

  /** Closes the connections whose clients came by tokens that are refused now. */
  public void closeRefused(Function<Verified, Optional<ErrorCode>> refusal) {
    holders.values().forEach(holder -> holder.closeIfRefused(refusal));
  }

  /** Closes every connection that holds a session, so that its client comes back elsewhere. */
  public void sendAway() {
    holders.values().forEach(Holder::sendAway);
  }

  /**
   * Asks clients of this node to move to another one, by a {@code reconnect} frame. Only clients
   * that can be sent a frame, and that were not asked for a minute, are asked; they are chosen at
   * random.
   *
   * @param count most clients to ask
   */
  public void move(int count) {
    List<Holder> all = new ArrayList<>(holders.values());
    int asked = 0;
    for (int left = all.size(); left > 0 && asked < count; left--) {
      int chosen = ThreadLocalRandom.current().nextInt(left);
      Holder holder = all.set(chosen, all.get(left - 1));
      asked += holder.askToMove() ? 1 : 0;
    }
  }

  /** Notes whether this node has more than its share of connections. */
  public void crowded(boolean now) {
    crowded = now;
  }

  /** Returns whether clients that were asked to move should go to another node than this. */
  public boolean isCrowded() {
    return crowded;
  }

  /** Notes that a client has connected. */
  public void opened() {
    sockets.incrementAndGet();
  }

  /** Notes that a client's connection has ended. */
  public void closed() {
    sockets.decrementAndGet();
  }

  /**
   * Notes which connection holds a session. If two connections of this node hold it, the one of the
   * older generation is closed as replaced, whichever comes first. If a notice that the attachment
   * is over came before the attach was answered here, the connection gets that notice.
   */
  void attached(Holder holder) {
    SessionRef session = holder.ref();
    holders.merge(key(session), holder, ConnectionDirectory::newer);
    NodeNotice.Over over = early.of(session);
    if (over != null) {
      holder.deliver(over);
    }
  }

  void detached(Holder holder) {
    holders.remove(key(holder.ref()), holder);
  }

  private static Key key(SessionRef session) {
    return new Key(session.tenant(), session.session());
  }

  private static Holder newer(Holder before, Holder now) {
    boolean replaces = now.ref().generation() >= before.ref().generation();
    Holder older = replaces ? before : now;
    Holder newer = replaces ? now : before;
    older.replacedBy(newer.ref().generation());
    return newer;
  }

  private void deliver(NodeNotice notice) {
    // Before the lookup: either this thread finds the holder, or attached() finds the notice.
    if (notice instanceof NodeNotice.Over over) {
      early.add(over);
    }
    Holder holder = holders.get(new Key(notice.tenant(), notice.session()));
    if (holder != null) {
      holder.deliver(notice);
    }
  }
}
