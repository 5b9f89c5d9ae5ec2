package dev.holdfast.gateway.attachment;

import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of this node by the sessions that they hold, over all its event loops: the way of
 * a notice to its connection. One per node; safe on any thread.
 */
public final class ConnectionDirectory {
  private final Map<Key, Holder> holders = new ConcurrentHashMap<>();
  private final AtomicInteger sockets = new AtomicInteger();
  private final EarlyNotices early = new EarlyNotices();
  private volatile boolean crowded;

  private record Key(String tenant, String session) {}

  public ConnectionDirectory(MeterRegistry registry) {
    Gauge.builder("holdfast.connections", sockets, AtomicInteger::get)
        .description("open WebSockets of this node")
        .register(registry);
  }

  /** Hands the node's notices to the connections that they are for; before the inbox is opened. */
  public void listen(NodeInbox inbox) {
    inbox.on(NodeNotice.Replaced.class, this::deliver);
    inbox.on(NodeNotice.Ended.class, this::deliver);
    inbox.on(NodeNotice.Disconnect.class, this::deliver);
    inbox.on(NodeNotice.Subscribed.class, this::deliver);
    inbox.on(NodeNotice.Unsubscribed.class, this::deliver);
  }

  /** Sessions that are attached by a connection of this node. */
  public int size() {
    return holders.size();
  }

  /** Returns whether a connection of this node holds the session. */
  public boolean holds(String tenant, String session) {
    return holders.containsKey(new Key(tenant, session));
  }

  /** Lets go of what is kept no longer; called now and then. */
  void tick(long now) {
    early.forget(now);
  }

  /** Open sockets of this node, also those that have no session yet. */
  public int sockets() {
    return sockets.get();
  }

  /** Closes every connection that holds a session, so that its client comes back elsewhere. */
  public void sendAway() {
    holders.values().forEach(Holder::sendAway);
  }

  /**
   * Asks clients of this node to move to another, by a {@code reconnect} frame: some of those that
   * were not asked for a minute, and that a frame can be sent to.
   *
   * @param count how many at most
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

  /** Notes whether this node has more than its share of connections. Any thread. */
  public void crowded(boolean now) {
    crowded = now;
  }

  /** Returns whether clients that were asked to move are to go to another node than this. */
  public boolean isCrowded() {
    return crowded;
  }

  /** A client has connected. */
  public void opened() {
    sockets.incrementAndGet();
  }

  /** Its connection has ended. */
  public void closed() {
    sockets.decrementAndGet();
  }

  /**
   * Notes who holds a session. Of two connections of this node the one of the older generation is
   * closed as replaced, whichever comes first; and one that was over before its own attach was
   * answered here gets that notice.
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
    // Before the look: either this thread finds the holder, or attached() finds the notice.
    if (notice instanceof NodeNotice.Over over) {
      early.add(over);
    }
    Holder holder = holders.get(new Key(notice.tenant(), notice.session()));
    if (holder != null) {
      holder.deliver(notice);
    }
  }
}
