package dev.holdfast.gateway.session;

import dev.holdfast.auth.ChannelToken;
import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.tokens.ChannelGrant;
import dev.holdfast.tokens.TokenOrigin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What channel tokens add to the permissions of one session's user, each until its token ends: by
 * the clock, and by the time that has passed since it was shown, so that a clock that is set back
 * prolongs nothing. Confined to the event loop, except for {@link #anyRefused}.
 */
public final class ChannelGrants {
  /** Most of a session. */
  static final int MOST = 64;

  /** Most characters of all of them in the session's record, about. */
  static final int MOST_CHARS = 16_384;

  /** Characters of one in the record, besides its names. */
  private static final int FORM_CHARS = 200;

  private final LongSupplier clock;
  private final LongSupplier nanos;
  private final IntConsumer counted;
  private volatile List<Held> all = List.of();
  private boolean ended;
  private boolean closed;
  private Caller.@Nullable User own;
  private Caller.@Nullable User built;

  private record Held(ChannelGrant grant, Verified token, long untilNanos) {}

  /**
   * @param counted takes by how many there are more, or fewer
   */
  public ChannelGrants(IntConsumer counted) {
    this(System::currentTimeMillis, System::nanoTime, counted);
  }

  /**
   * @param clock ms since 1970
   * @param nanos as {@link System#nanoTime}
   */
  ChannelGrants(LongSupplier clock, LongSupplier nanos, IntConsumer counted) {
    this.clock = clock;
    this.nanos = nanos;
    this.counted = counted;
  }

  /** Returns a user with what is added now. */
  Caller.User addedTo(Caller.User user) {
    endOver();
    Caller.User added = built;
    if (added == null || own != user) {
      added = build(user);
      own = user;
      built = added;
    }
    return added;
  }

  private Caller.User build(Caller.User user) {
    if (all.isEmpty()) {
      return user;
    }
    Set<String> permissions = new HashSet<>(user.permissions());
    for (Held one : all) {
      one.grant().verbs().forEach(verb -> permissions.add(verb + ":" + one.grant().channel()));
    }
    return new Caller.User(user.tenant(), user.user(), user.roles(), permissions);
  }

  /** Returns the ms for which something is added for a channel; 0: nothing is. */
  public long left(ChannelName channel) {
    endOver();
    for (Held one : all) {
      if (one.grant().channel().equals(channel)) {
        return left(one);
      }
    }
    return 0;
  }

  private long left(Held one) {
    long byClock = one.grant().endsAt() - clock.getAsLong();
    long byTime = TimeUnit.NANOSECONDS.toMillis(one.untilNanos() - nanos.getAsLong());
    return Math.max(0, Math.min(byClock, byTime));
  }

  /** Returns those that are valid beside these roles and permissions. */
  List<ChannelGrant> under(String basis) {
    endOver();
    return all.stream().map(Held::grant).filter(grant -> grant.basis().equals(basis)).toList();
  }

  /**
   * Returns these with one more, which takes the place of that for the same channel.
   *
   * @throws HoldfastException LIMIT_EXCEEDED if they would be more than a session may have
   */
  static List<ChannelGrant> with(List<ChannelGrant> before, ChannelGrant more) {
    List<ChannelGrant> next = new ArrayList<>();
    before.stream().filter(one -> !one.channel().equals(more.channel())).forEach(next::add);
    next.add(more);
    long chars = next.stream().mapToLong(ChannelGrants::chars).sum();
    if (next.size() > MOST || chars > MOST_CHARS) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.LIMIT_EXCEEDED, "token: the session has as many for channels as it may have");
    }
    return next;
  }

  private static long chars(ChannelGrant grant) {
    TokenOrigin from = grant.origin();
    String names = grant.channel() + from.tenant() + from.user();
    return FORM_CHARS + names.length() + length(from.id()) + length(from.login());
  }

  private static int length(@Nullable String id) {
    return id == null ? 0 : id.length();
  }

  /** Adds one, in the place of that for the same channel; not once the connection is over. */
  void put(ChannelGrant grant, Verified token) {
    long lasts = Math.min(grant.endsAt() - clock.getAsLong(), ChannelToken.LONGEST_S * 1_000);
    List<Held> next = new ArrayList<>(all);
    next.removeIf(one -> one.grant().channel().equals(grant.channel()));
    next.add(new Held(grant, token, nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(lasts)));
    if (!closed) {
      set(next);
    }
  }

  /** Takes that for a channel away, if there is one. */
  public void drop(ChannelName channel) {
    dropIf(one -> one.grant().channel().equals(channel));
  }

  /** Takes away what is not valid beside these roles and permissions. */
  void keepUnder(String basis) {
    dropIf(one -> !one.grant().basis().equals(basis));
  }

  /** Takes away what is refused; returns whether there was something. */
  boolean dropRefused(Function<Verified, Optional<ErrorCode>> refusal) {
    return dropIf(one -> refusal.apply(one.token()).isPresent());
  }

  /** Returns whether one of the tokens is refused; any thread. */
  public boolean anyRefused(Function<Verified, Optional<ErrorCode>> refusal) {
    for (Held one : all) {
      if (refusal.apply(one.token()).isPresent()) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether one has ended since this was asked before. */
  public boolean takeEnded() {
    endOver();
    boolean some = ended;
    ended = false;
    return some;
  }

  /** Counts them no longer. What they add stays, for what is still under way. */
  public void close() {
    if (!closed) {
      counted.accept(-all.size());
      closed = true;
    }
  }

  private void endOver() {
    if (!all.isEmpty() && dropIf(one -> left(one) == 0)) {
      ended = true;
    }
  }

  private boolean dropIf(Predicate<Held> which) {
    List<Held> next = all.stream().filter(which.negate()).toList();
    boolean some = next.size() < all.size();
    if (some) {
      set(next);
    }
    return some;
  }

  private void set(List<Held> next) {
    if (!closed) {
      counted.accept(next.size() - all.size());
    }
    all = List.copyOf(next);
    built = null;
  }
}
