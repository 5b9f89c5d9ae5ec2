package dev.holdfast.testkit;

import dev.holdfast.core.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What publishers and readers of one tenant saw, to be judged by a {@link Checker}. Any thread. */
public final class History {
  /**
   * A publication that was acknowledged.
   *
   * @param position null where the answer did not say
   */
  record Acknowledged(String channel, Payload payload, Position position) {}

  /** A publication, once in its channel. */
  record Key(String channel, Payload payload) {}

  private final Map<Key, Long> sent = new LinkedHashMap<>();
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final Set<Key> forbidden = ConcurrentHashMap.newKeySet();
  private final Map<String, Ledger> readers = new LinkedHashMap<>();
  private final Map<String, Long> counters = new HashMap<>();

  /** The next publication of a publisher to a channel; counts as sent from now. */
  public synchronized Payload next(String by, String channel) {
    var payload = new Payload(by, counters.merge(by + " " + channel, 1L, Long::sum));
    sent.put(new Key(channel, payload), System.nanoTime());
    return payload;
  }

  /**
   * It was sent by one that had lost its session to another before it can have arrived: it must
   * never be stored.
   */
  public void forbid(String channel, Payload payload) {
    forbidden.add(new Key(channel, payload));
  }

  public void acknowledged(String channel, Payload payload, Published answer) {
    acknowledged(channel, payload, answer.position());
  }

  /**
   * @param position null where it was not told
   */
  public synchronized void acknowledged(String channel, Payload payload, Position position) {
    acknowledged.add(new Acknowledged(channel, payload, position));
  }

  /** A client whose ledger is judged. */
  public synchronized void reader(String name, Ledger ledger) {
    readers.put(name, ledger);
  }

  public synchronized int acknowledgements() {
    return acknowledged.size();
  }

  /** Whether every reader has come to the last acknowledged publication of what it reads. */
  public synchronized boolean settled() {
    Map<String, Long> tops = new HashMap<>();
    for (Acknowledged one : acknowledged) {
      if (one.position() != null) {
        tops.merge(one.channel(), one.position().seq(), Math::max);
      }
    }
    return readers.values().stream().allMatch(ledger -> hasRead(ledger, tops));
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
