package dev.holdfast.gateway.session;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

  /** The state of one channel. */
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
      use(name).noted = true;
    }
  }

  /** Returns whether the record names the channel. */
  boolean noted(ChannelName name) {
    Use use = uses.get(name);
    return use != null && use.noted;
  }

  /**
   * A channel is about to be named.
   *
   * @return the one that leaves the record for it, as of now no longer {@link #noted}; none: there
   *     is room, or none may leave
   */
  @Nullable ChannelName noting(ChannelName name) {
    use(name).noting = true;
    return uses.size() <= MOST ? null : longestUnused();
  }

  /** Its use counts as the latest. */
  private Use use(ChannelName name) {
    return uses.computeIfAbsent(name, fresh -> new Use());
  }

  private @Nullable ChannelName longestUnused() {
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
    Use use = use(name);
    use.noting = false;
    use.noted = done;
  }

  /** The record may name it still: it leaves with one of the next. */
  void mayBeNamed(@Nullable ChannelName left) {
    if (left != null) {
      use(left);
    }
  }

  void sent(ChannelName name) {
    use(name).unanswered++;
  }

  /**
   * @param refused none: it was stored, as then were those before it. What may be tried again may
   *     have come late, and be stored still
   */
  void answered(ChannelName name, @Nullable ErrorCode refused) {
    Use use = use(name);
    use.unanswered--;
    if (refused == null) {
      use.unknown = false;
    } else if (refused.retryable) {
      use.unknown = true;
    }
  }
}
