package dev.holdfast.gateway.session;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The channels to which a session publishes by its record, the longest unused first. The next
 * attachment fences them. There are at most 64. Another one takes the place of the longest unused
 * channel without unanswered publications. So a late publication of a replaced connection always
 * goes to a channel that is named, and nothing has to be fenced when a channel leaves. Confined to
 * the event loop.
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

  /** Takes the channels that the record named at the attach; they are fenced by now. */
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
   * Notes that the record is about to name a channel.
   *
   * @return the channel that leaves the record for it, and is no longer {@link #noted}; none if
   *     there is room, or none may leave
   */
  @Nullable ChannelName noting(ChannelName name) {
    use(name).noting = true;
    return uses.size() <= MOST ? null : longestUnused();
  }

  /** Returns a channel's state, and makes it the one used last. */
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

  /** Keeps a channel that the record may still name: it leaves later, in another one's place. */
  void mayBeNamed(@Nullable ChannelName left) {
    if (left != null) {
      use(left);
    }
  }

  void sent(ChannelName name) {
    use(name).unanswered++;
  }

  /**
   * Notes an answer to a publication.
   *
   * @param refused none if it was stored, as then were those before it. A retryable refusal may
   *     have come late, and the publication may still be stored
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
