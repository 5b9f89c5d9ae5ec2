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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that were found valid, by their digest, until they end: the same token comes with each
 * request. Bounded in entries and bytes; the one that came longest ago goes first. A token that is
 * refused is never kept, so that nobody fills this without a key. Safe on any thread.
 *
 * <p>Of what makes a token valid, nothing but time changes later: its end is looked at each time,
 * and after the clock was set back to before it was verified, it is verified anew.
 */
final class KnownTokens {
  static final int MOST = 50_000;

  /** Part of the heap. */
  private static final int PART = 64;

  private static final long ENTRY_BYTES = 600;

  /** A text and its place in a set, besides its characters. */
  private static final long TEXT_BYTES = 100;

  private final int most;
  private final Budget.Share room;
  private final LongSupplier clock;
  private final Counter hits;
  private final Counter misses;
  private final LinkedHashMap<Digest, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private int cleared;

  /** SHA-256 of a token: the token itself is nowhere kept. */
  private record Digest(long a, long b, long c, long d) {}

  private record Kept(Verified verified, long at, long bytes) {}

  KnownTokens(MeterRegistry registry) {
    this(registry, MOST, Budget.partOfHeap(0, PART), System::currentTimeMillis);
  }

  /**
   * @param clock ms since 1970
   */
  KnownTokens(MeterRegistry registry, int most, long mostBytes, LongSupplier clock) {
    this.most = most;
    this.room = new Budget(registry).share("tokens", mostBytes);
    this.clock = clock;
    this.hits = registry.counter("holdfast.tokens.verified", "by", "memory");
    this.misses = registry.counter("holdfast.tokens.verified", "by", "signature");
    Gauge.builder("holdfast.tokens.known", this, KnownTokens::size)
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
  @Nullable Verified find(String token) {
    Digest digest = digest(token);
    Verified found = find(digest, clock.getAsLong());
    (found == null ? misses : hits).increment();
    return found;
  }

  /** Forgets all: keys that signed some of them are trusted no longer. */
  synchronized void clear() {
    cleared++;
    kept.values().forEach(known -> room.give(known.bytes()));
    kept.clear();
  }

  private synchronized @Nullable Verified find(Digest digest, long now) {
    Kept known = kept.get(digest);
    if (known == null) {
      return null;
    }
    if (now < known.at() || isOver(known.verified(), now)) {
      kept.remove(digest);
      room.give(known.bytes());
      return null;
    }
    return known.verified();
  }

  /**
   * Keeps what a token says that was verified just now, unless it is at its end, or its key may
   * have been taken back meanwhile.
   *
   * @param then what {@link #cleared} said before it was verified
   */
  void keep(String token, Verified verified, int then) {
    long now = clock.getAsLong();
    if (!isOver(verified, now)) {
      keep(digest(token), new Kept(verified, now, bytes(verified.caller())), then);
    }
  }

  private synchronized void keep(Digest digest, Kept fresh, int then) {
    if (then != cleared) {
      return;
    }
    Kept before = kept.put(digest, fresh);
    room.take(fresh.bytes());
    if (before != null) {
      room.give(before.bytes());
    }
    Iterator<Kept> oldest = kept.values().iterator();
    while (kept.size() > most || room.isOver()) {
      room.give(oldest.next().bytes());
      oldest.remove();
    }
  }

  private static boolean isOver(Verified verified, long now) {
    return verified.expiresAt() != 0 && now >= verified.expiresAt();
  }

  private static long bytes(Caller.User caller) {
    long names = 2L * (caller.tenant().length() + caller.user().length());
    return ENTRY_BYTES + names + bytes(caller.roles()) + bytes(caller.permissions());
  }

  private static long bytes(Set<String> texts) {
    long bytes = 0;
    for (String text : texts) {
      bytes += TEXT_BYTES + 2L * text.length();
    }
    return bytes;
  }

  private static Digest digest(String token) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
      ByteBuffer words = ByteBuffer.wrap(hash);
      return new Digest(words.getLong(), words.getLong(), words.getLong(), words.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
