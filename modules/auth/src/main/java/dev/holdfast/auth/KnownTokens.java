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
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that were found valid, by their digest, until they end: the same token comes with each
 * request. Bounded in entries and bytes: the tenant with most bytes gives up the one that came
 * longest ago, so that nobody's many tokens drive out those of others. A token that is refused is
 * never kept, so that nobody fills this without a key. Safe on any thread.
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

  /** With what a tenant takes that has no other. */
  private static final long ENTRY_BYTES = 700;

  /** A text and its place in a set, besides its characters. */
  private static final long TEXT_BYTES = 100;

  private final Function<T, Verified> token;
  private final int most;
  private final Budget.Share room;
  private final LongSupplier clock;
  private final Counter hits;
  private final Counter misses;
  private final Map<Digest, OfTenant<T>> whose = new HashMap<>();
  private final Map<String, OfTenant<T>> tenants = new HashMap<>();
  private final TreeSet<OfTenant<T>> bySize =
      new TreeSet<>(
          Comparator.comparingLong((OfTenant<T> one) -> one.bytes)
              .thenComparing(one -> one.tenant));
  private int cleared;

  /** SHA-256 of a token: the token itself is nowhere kept. */
  private record Digest(long a, long b, long c, long d) {}

  private record Kept<T>(T said, long at, long bytes) {}

  /** The tokens of a tenant, first the one that came longest ago; at least one. */
  private static final class OfTenant<T> {
    final String tenant;
    final LinkedHashMap<Digest, Kept<T>> recent = new LinkedHashMap<>(4, 0.75f, true);
    long bytes;

    OfTenant(String tenant) {
      this.tenant = tenant;
    }
  }

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
    return whose.size();
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
    bySize.forEach(one -> room.give(one.bytes));
    bySize.clear();
    tenants.clear();
    whose.clear();
  }

  private synchronized @Nullable T find(Digest digest, long now) {
    OfTenant<T> owner = whose.get(digest);
    Kept<T> known = owner == null ? null : owner.recent.get(digest);
    if (known == null) {
      return null;
    }
    if (now < known.at() || isOver(known.said(), now)) {
      remove(digest);
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
    remove(digest);
    String tenant = token.apply(fresh.said()).caller().tenant();
    OfTenant<T> owner = tenants.computeIfAbsent(tenant, OfTenant::new);
    whose.put(digest, owner);
    owner.recent.put(digest, fresh);
    resize(owner, fresh.bytes());
    while (whose.size() > most || room.isOver()) {
      remove(bySize.last().recent.keySet().iterator().next());
    }
  }

  private void remove(Digest digest) {
    OfTenant<T> owner = whose.remove(digest);
    if (owner != null) {
      Kept<T> gone = Objects.requireNonNull(owner.recent.remove(digest), "its owner has it");
      resize(owner, -gone.bytes());
    }
  }

  /**
   * @param bytes more; negative: fewer
   */
  private void resize(OfTenant<T> owner, long bytes) {
    bySize.remove(owner);
    owner.bytes += bytes;
    room.take(bytes);
    if (owner.recent.isEmpty()) {
      tenants.remove(owner.tenant);
    } else {
      bySize.add(owner);
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
    String login = verified.login();
    names += login == null ? 0 : login.length();
    return ENTRY_BYTES
        + 2 * names
        + bytes(caller.roles())
        + bytes(caller.permissions())
        + (account == null ? 0 : bytes(account));
  }

  private static long bytes(ServiceAccount account) {
    String client = account.client();
    return bytes(account.tenants()) + (client == null ? 0 : 2L * client.length());
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
