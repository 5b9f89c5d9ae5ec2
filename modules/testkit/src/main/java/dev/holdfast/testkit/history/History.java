package dev.holdfast.testkit.history;

import dev.holdfast.core.Position;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.Ledger;
import dev.holdfast.testkit.client.Published;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Notes what publishers and readers of one tenant saw, to be judged by a {@link Checker}. Any
 * thread.
 */
public final class History {
  /**
   * A publication that was acknowledged.
   *
   * @param position none: the answer did not say
   * @param at {@link System#nanoTime()} of the answer
   */
  record Acknowledged(String channel, Payload payload, @Nullable Position position, long at) {}

  /** The part of a channel that its log keeps at least. */
  private record Retained(String channel, Duration age, int entries) {}

  /** Redis lost what it stored between these times, by {@link System#nanoTime()}. */
  private record Loss(long from, long to) {
    boolean has(Acknowledged one) {
      return one.at() - from >= 0 && one.at() - to <= 0;
    }
  }

  /** A publication, once in its channel. */
  record Key(String channel, Payload payload) {}

  private static final long ON_ITS_WAY = Duration.ofSeconds(2).toNanos();

  private final Map<Key, Long> sent = new LinkedHashMap<>();
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final Set<Key> forbidden = ConcurrentHashMap.newKeySet();
  private @Nullable Retained retained;
  private final List<Loss> losses = new ArrayList<>();
  private final Map<String, Ledger> readers = new LinkedHashMap<>();
  private final Map<String, Long> counters = new HashMap<>();

  /** The next publication of a publisher to a channel; counts as sent from now. */
  public synchronized Payload next(String by, String channel) {
    var payload = new Payload(by, counters.merge(by + " " + channel, 1L, Long::sum));
    sent.put(new Key(channel, payload), System.nanoTime());
    return payload;
  }

  /**
   * Notes a publication that must never be stored: its sender had lost its session to another
   * before it can have arrived.
   */
  public void forbid(String channel, Payload payload) {
    forbidden.add(new Key(channel, payload));
  }

  public void acknowledged(String channel, Payload payload, Published answer) {
    acknowledged(channel, payload, answer.position());
  }

  /**
   * @param position none: it is not known
   */
  public synchronized void acknowledged(
      String channel, Payload payload, @Nullable Position position) {
    acknowledged.add(new Acknowledged(channel, payload, position, System.nanoTime()));
  }

  /**
   * Redis came back without what it stored between these times: sessions may be lost, publications
   * acknowledged between them may be, and gaps of an epoch may be reported.
   *
   * @param from {@link System#nanoTime()} of the older state
   * @param to when the older state was served; answers of before may be on their way for a moment
   */
  public synchronized void lost(long from, long to) {
    losses.add(new Loss(from - ON_ITS_WAY, to + ON_ITS_WAY));
  }

  /**
   * Returns whether a publication may be stored again: its session was lost with what Redis lost,
   * so that a new one sent it again.
   */
  synchronized boolean mayComeAgain(Payload payload) {
    Ledger publisher = readers.get(payload.by());
    return hasLosses()
        && publisher != null
        && publisher.all(Entry.Welcomed.class).stream()
                .map(Entry.Welcomed::session)
                .distinct()
                .count()
            > 1;
  }

  /** Returns whether {@link #lost} was ever said. */
  public synchronized boolean hasLosses() {
    return !losses.isEmpty();
  }

  /** The channel's log keeps this much: a gap may report that what is older was trimmed. */
  public synchronized void retains(String channel, Duration age, int entries) {
    retained = new Retained(channel, age, entries);
  }

  /** A client whose ledger is judged. */
  public synchronized void reader(String name, Ledger ledger) {
    readers.put(name, ledger);
  }

  public synchronized int acknowledgements() {
    return acknowledged.size();
  }

  /**
   * Returns whether every reader has come to the last acknowledged publication of what it reads.
   */
  public synchronized boolean settled() {
    Map<String, Long> tops = tops();
    return readers.values().stream().allMatch(ledger -> hasRead(ledger, tops));
  }

  /** Returns whether this one has. */
  public synchronized boolean hasRead(Ledger ledger) {
    return hasRead(ledger, tops());
  }

  private Map<String, Long> tops() {
    Map<String, Long> tops = new HashMap<>();
    for (Acknowledged one : acknowledged) {
      // An older state begins again at lower numbers.
      if (one.position() != null && losses.stream().allMatch(loss -> one.at() - loss.to() > 0)) {
        tops.merge(one.channel(), one.position().seq(), Math::max);
      }
    }
    return tops;
  }

  /** Returns the publishers with an acknowledged publication that they sent after this time. */
  public synchronized Set<String> heardSince(long time) {
    Set<String> publishers = new HashSet<>();
    for (int i = acknowledged.size() - 1; i >= 0 && acknowledged.get(i).at() - time > 0; i--) {
      Acknowledged one = acknowledged.get(i);
      if (sentAt(one) - time > 0) {
        publishers.add(one.payload().by());
      }
    }
    return publishers;
  }

  /**
   * Returns the longest time until a publication was acknowledged.
   *
   * @param channels those that count
   * @param since only what was sent from then on, by {@link System#nanoTime()}
   */
  public synchronized Duration longestWait(Predicate<String> channels, long since) {
    return Duration.ofNanos(
        acknowledged.stream()
            .filter(one -> channels.test(one.channel()) && sentAt(one) - since >= 0)
            .mapToLong(one -> one.at() - sentAt(one))
            .max()
            .orElse(0));
  }

  /** Returns whether every reader received something that was sent after this time. */
  public synchronized boolean allReachedSince(long time) {
    return readers.values().stream()
        .allMatch(
            ledger ->
                ledger.newestFirst(Entry.Received.class, time).anyMatch(got -> isSince(got, time)));
  }

  /** Returns the time of sending. What was acknowledged was sent. */
  private long sentAt(Acknowledged one) {
    return Objects.requireNonNull(sent.get(new Key(one.channel(), one.payload())));
  }

  private boolean isSince(Entry.Received got, long time) {
    Payload payload = Payload.of(got.data());
    Long at = payload == null ? null : sent.get(new Key(got.channel(), payload));
    return at != null && at - time > 0;
  }

  /** Returns whether something was missing that the gap can be about. */
  synchronized boolean explains(Entry.Gap gap) {
    return switch (gap.reason()) {
      case "epoch" -> lostBefore(gap.at());
      case "trimmed" ->
          retained != null && gap.channel().equals(retained.channel()) && isOld(gap, retained);
      default -> false;
    };
  }

  /** The newest in the gap was too old by then, or enough came after it. */
  private boolean isOld(Entry.Gap gap, Retained limits) {
    boolean young = false;
    int later = 0;
    for (Acknowledged one : acknowledged) {
      if (one.position() != null && one.channel().equals(gap.channel())) {
        boolean newest = one.position().equals(gap.to());
        long sentAt = sentAt(one);
        young |= newest && gap.at() - sentAt < limits.age().toNanos();
        later += one.position().seq() > gap.to().seq() && sentAt - gap.at() < 0 ? 1 : 0;
      }
    }
    return !young || later >= limits.entries();
  }

  /** Returns whether Redis may have lost it. */
  synchronized boolean mayBeLost(Acknowledged one) {
    return losses.stream().anyMatch(loss -> loss.has(one));
  }

  /** Returns whether Redis may have come back with an older state before that time. */
  synchronized boolean lostBefore(long time) {
    return losses.stream().anyMatch(loss -> loss.from() <= time);
  }

  synchronized Map<Key, Long> sent() {
    return new LinkedHashMap<>(sent);
  }

  synchronized List<Acknowledged> acknowledged() {
    return List.copyOf(acknowledged);
  }

  synchronized Map<String, Ledger> readers() {
    return new LinkedHashMap<>(readers);
  }

  boolean isForbidden(Key key) {
    return forbidden.contains(key);
  }

  private static boolean hasRead(Ledger ledger, Map<String, Long> tops) {
    return ledger.cursors().entrySet().stream()
        .allMatch(cursor -> cursor.getValue().seq() >= tops.getOrDefault(cursor.getKey(), 0L));
  }
}
