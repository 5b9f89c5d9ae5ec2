package dev.holdfast.channels.fanout;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName.Kind;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Takes back this node's interest in channels that nobody reads here: after the last reader has
 * gone, and whenever a hint of such a channel comes. Then the interest was asserted for a position
 * alone, or a leave was lost; it would last for hours, and bring each publication here. A channel
 * that is opened meanwhile asserts its interest after the leave. Confined to the hub's context.
 */
final class Leaves {
  /** Above these under way, hints start none. */
  static final int MOST_UNDER_WAY = 64;

  private final HubContext hub;
  private final Map<Channel, HubChannel> open;
  private final LongSupplier longestLate;
  private final Set<Channel> underWay = new HashSet<>();

  /**
   * Leaves without an answer: until when each may take effect, the earliest first. No more than
   * channels that were closed within that time, about 16 s.
   */
  private final Map<Channel, Long> lost = new LinkedHashMap<>();

  /**
   * @param longestLate returns ms after which a leave without an answer can't take effect any more
   */
  Leaves(HubContext hub, Map<Channel, HubChannel> open, LongSupplier longestLate) {
    this.hub = hub;
    this.open = open;
    this.longestLate = longestLate;
  }

  /** Takes back the interest in a channel that was closed. A session's is where it is attached. */
  void leave(Channel channel) {
    if (channel.name().kind() == Kind.SESSION) {
      return;
    }
    underWay.add(channel);
    hub.store()
        .leave(channel, hub.node())
        .onComplete(
            answer -> {
              underWay.remove(channel);
              if (answer.succeeded()) {
                assertAgain(channel);
              } else {
                lost(channel);
              }
            });
  }

  /** Takes a hint of a channel that is not open. If nothing comes of it, the next hint does it. */
  void unread(Channel channel) {
    if (channel.name().kind() != Kind.SESSION
        && underWay.size() < MOST_UNDER_WAY
        && !underWay.contains(channel)) {
      hub.metrics().unread.increment();
      leave(channel);
    }
  }

  /** Handles the leaves that can't take effect any more. Must be called once a second. */
  void tick(long now) {
    Iterator<Map.Entry<Channel, Long>> each = lost.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<Channel, Long> earliest = each.next();
      if (earliest.getValue() - now > 0) {
        return;
      }
      each.remove();
      assertAgain(earliest.getKey());
    }
  }

  private void lost(Channel channel) {
    hub.metrics().leavesLost.increment();
    lost.remove(channel);
    lost.put(channel, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(longestLate.getAsLong()));
  }

  private void assertAgain(Channel channel) {
    HubChannel opened = open.get(channel);
    if (opened != null) {
      hub.recheck().accept(opened);
    }
  }
}
