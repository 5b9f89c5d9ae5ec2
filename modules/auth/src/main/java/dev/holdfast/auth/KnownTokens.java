package dev.holdfast.auth;

import dev.holdfast.core.Caller;
import dev.holdfast.core.bounds.Budget;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that were found valid, by their digest, until they end: the same token comes with each
 * request. Bounded in entries and bytes; the one that came longest ago goes first. A token that is
 * refused is never kept, so that nobody fills this without a key. Safe on any thread.
 *
 * <p>Of what makes a token valid, nothing but time changes later: its end is looked at each time,
 * and after the clock was set back to before it was verified, it is verified anew.
 *
 * @param <T> what a token says
 */
final class KnownTokens<T> {
  static final int MOST = 50_000;

  /** Parts of the heap: for tokens by which one comes in, and for those for channels. */
  private static final int PART = 64;

  private static final int CHANNEL_PART = 256;

  private static final long ENTRY_BYTES = 600;

  /** A text and its place in a set, besides its characters. */
  private static final long TEXT_BYTES = 100;

  private final Function<T, Verified> token;
  private final int most;
  private final Budget.Share room;
  private final LongSupplier clock;
  private final Counter hits;
  private final Counter misses;
  private final LinkedHashMap<Digest, Kept<T>> kept = new LinkedHashMap<>(16, 0.75f, true);
  private int cleared;

  /** SHA-256 of a token: the token itself is nowhere kept. */
  private record Digest(long a, long b, long c, long d) {}

  private record Kept<T>(T said, long at, long bytes) {}

  /** Makes one for tokens by which somebody comes in. */
  static KnownTokens<Verified> ofLogins(MeterRegistry registry) {
    var room = new Budget(registry).share("tokens", Budget.partOfHeap(0, PART));
    var known =
        new KnownTokens<Verified>(registry, room, said -> said, MOST, System::currentTimeMillis);
    known.gauge(registry, "holdfast.tokens.known");
    return known;
  }

  /** Makes one for tokens that are for a channel. */
  static KnownTokens<ChannelToken> ofChannels(MeterRegistry registry) {
    var room = new Budget(registry).share("channel-tokens", Budget.partOfHeap(0, CHANNEL_PART));
    var known =
        new KnownTokens<ChannelToken>(
            registry, room, ChannelToken::token, MOST, System::currentTimeMillis);
    known.gauge(registry, "holdfast.channel.tokens.known");
    return known;
  }

  /**
   * @param token of what it says
   * @param clock ms since 1970
   */
  KnownTokens(
      MeterRegistry registry,
      Budget.Share room,
      Function<T, Verified> token,
      int most,
      LongSupplier clock) {
    this.token = token;
    this.most = most;
    this.room = room;
    this.clock = clock;
    this.hits = registry.counter("holdfast.tokens.verified", "by", "memory");
    this.misses = registry.counter("holdfast.tokens.verified", "by", "signature");
  }

  private void gauge(MeterRegistry registry, String name) {
    Gauge.builder(name, this, KnownTokens::size)
        .description("tokens that are kept until they end")
        .strongReference(true)
        .register(registry);
  }

  /** Returns how often all was forgotten; to be asked before a token is verified. */
  synchronized int cleared() {
    return cleared;
  }

  synchronized int size() {
    return kept.size();
  }

  /** Returns what a token was found to say; none: it is to be verified. */
  @Nullable T find(String text) {
    Digest digest = digest(text);
    T found = find(digest, clock.getAsLong());
    (found == null ? misses : hits).increment();
    return found;
  }

  /** Forgets all: keys that signed some of them are trusted no longer. */
  synchronized void clear() {
    cleared++;
    kept.values().forEach(known -> room.give(known.bytes()));
    kept.clear();
  }

  private synchronized @Nullable T find(Digest digest, long now) {
    Kept<T> known = kept.get(digest);
    if (known == null) {
      return null;
    }
    if (now < known.at() || isOver(known.said(), now)) {
      kept.remove(digest);
      room.give(known.bytes());
      return null;
    }
    return known.said();
  }

  /**
   * Keeps what a token says that was verified just now, unless it is at its end, or its key may
   * have been taken back meanwhile.
   *
   * @param then what {@link #cleared} said before it was verified
   */
  void keep(String text, T said, int then) {
    long now = clock.getAsLong();
    if (!isOver(said, now)) {
      keep(digest(text), new Kept<>(said, now, bytes(token.apply(said))), then);
    }
  }

  private synchronized void keep(Digest digest, Kept<T> fresh, int then) {
    if (then != cleared) {
      return;
    }
    Kept<T> before = kept.put(digest, fresh);
    room.take(fresh.bytes());
    if (before != null) {
      room.give(before.bytes());
    }
    Iterator<Kept<T>> oldest = kept.values().iterator();
    while (kept.size() > most || room.isOver()) {
      room.give(oldest.next().bytes());
      oldest.remove();
    }
  }

  private boolean isOver(T said, long now) {
    long end = token.apply(said).expiresAt();
    return end != 0 && now >= end;
  }

  private static long bytes(Verified verified) {
    Caller.User caller = verified.caller();
    String id = verified.id();
    ServiceAccount account = verified.account();
    long names = caller.tenant().length() + caller.user().length();
    names += id == null ? 0 : id.length();
    return ENTRY_BYTES
        + 2 * names
        + bytes(caller.roles())
        + bytes(caller.permissions())
        + (account == null ? 0 : bytes(account.tenants()));
  }

  private static long bytes(Set<String> texts) {
    long bytes = 0;
    for (String text : texts) {
      bytes += TEXT_BYTES + 2L * text.length();
    }
    return bytes;
  }

  private static Digest digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      ByteBuffer words = ByteBuffer.wrap(hash);
      return new Digest(words.getLong(), words.getLong(), words.getLong(), words.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
