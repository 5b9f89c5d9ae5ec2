package dev.holdfast.gateway.session;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The channels that a session's record names as published to, the longest unused first: those that
 * the next attachment fences. There are 64; another one takes the place of the longest unused of
 * which every publication is answered. So a late one of a replaced connection is always of a
 * channel that is named, and nothing has to be fenced when a channel leaves. Confined to the event
 * loop.
 */
final class PublishedTo {
  static final int MOST = 64;

  private final Map<ChannelName, Use> uses = new LinkedHashMap<>(16, 0.75f, true);

  /** What is known of one channel. */
  private static final class Use {
    boolean noted;
    boolean noting;
    int unanswered;
    boolean unknown;

    boolean mayLeave() {
      return !noting && unanswered == 0 && !unknown;
    }
  }

  /** Takes what the record named at the attach, and what is fenced by now. */
  void named(Set<ChannelName> channels) {
    for (ChannelName name : channels) {
      uses.computeIfAbsent(name, fresh -> new Use()).noted = true;
    }
  }

  /** Whether the record names the channel. */
  boolean noted(ChannelName name) {
    Use use = uses.get(name);
    return use != null && use.noted;
  }

  /**
   * A channel is about to be named.
   *
   * @return the one that leaves the record for it, as of now no longer {@link #noted}; null where
   *     there is room, or where none may leave
   */
  ChannelName noting(ChannelName name) {
    uses.computeIfAbsent(name, fresh -> new Use()).noting = true;
    return uses.size() <= MOST ? null : longestUnused();
  }

  private ChannelName longestUnused() {
    Iterator<Map.Entry<ChannelName, Use>> oldest = uses.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<ChannelName, Use> use = oldest.next();
      if (use.getValue().mayLeave()) {
        oldest.remove();
        return use.getKey();
      }
    }
    return null;
  }

  void noted(ChannelName name, boolean done) {
    Use use = uses.get(name);
    use.noting = false;
    use.noted = done;
  }

  /** The record may name it still: it leaves with one of the next. */
  void mayBeNamed(ChannelName left) {
    if (left != null) {
      uses.computeIfAbsent(left, fresh -> new Use());
    }
  }

  void sent(ChannelName name) {
    uses.get(name).unanswered++;
  }

  /**
   * @param refused null: it was stored, as then were those before it. What may be tried again may
   *     have come late, and be stored still
   */
  void answered(ChannelName name, ErrorCode refused) {
    Use use = uses.get(name);
    use.unanswered--;
    if (refused == null) {
      use.unknown = false;
    } else if (refused.retryable) {
      use.unknown = true;
    }
  }
}
