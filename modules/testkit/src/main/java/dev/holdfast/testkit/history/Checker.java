package dev.holdfast.testkit.history;

import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.Ledger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges a {@link History} by what Holdfast promises, and says what does not hold, in words:
 *
 * <ul>
 *   <li>lost: acknowledged, not received by a client that reads the channel, and no gap reported
 *   <li>duplicated, out of order: to one reader; what it gets has no holes
 *   <li>stored twice: one publication at two places; two publications at one place
 *   <li>a publisher's publications out of its order
 *   <li>fencing: a publication of one that had lost its session took effect
 *   <li>a session that was lost although it was to linger; a generation that did not rise
 *   <li>a gap where nothing was lost
 * </ul>
 *
 * It is meant for readers that keep their cursors. Where Redis lost what it had stored ({@link
 * History#lost}), or the logs are short ({@link History#retains}), gaps that report it are right.
 */
public final class Checker {
  private final History history;
  private final List<String> violations = new ArrayList<>();
  private final List<Reading> readings = new ArrayList<>();

  /** Channel to seq to what is there. */
  private final Map<String, TreeMap<Long, Payload>> logs = new HashMap<>();

  /** One copy for all lookups: a history has thousands, readers ten times as many. */
  private Map<History.Key, Long> sent = Map.of();

  private Checker(History history) {
    this.history = history;
  }

  /** Returns the promises that do not hold, in words; empty if all hold. */
  public static List<String> violations(History history) {
    return new Checker(history).check();
  }

  private List<String> check() {
    history.readers().forEach(this::readerSawItRight);
    List<History.Acknowledged> acknowledged = history.acknowledged();
    // Copied last: whatever was received or acknowledged is in it.
    sent = history.sent();
    readings.forEach(reading -> reading.got().forEach(got -> isInLog(reading.channel(), got)));
    for (History.Acknowledged one : acknowledged) {
      if (one.position() != null) {
        isInLog(one.channel(), new Reading.Got(one.payload(), one.position()));
      }
    }
    logs.forEach(this::logIsSound);
    nothingIsLost(acknowledged);
    nothingForbiddenTookEffect();
    return violations;
  }

  private void readerSawItRight(String name, Ledger ledger) {
    Map<String, Reading> byChannel = new LinkedHashMap<>();
    Entry.@Nullable Welcomed last = null;
    for (Entry entry : ledger.entries()) {
      if (entry instanceof Entry.Welcomed welcomed) {
        sessionGoesOn(name, last, welcomed);
        last = welcomed;
      } else if (entry instanceof Entry.Gap gap && !history.explains(gap)) {
        violations.add(name + ": got " + gap + " where nothing was lost");
      }
      String channel = entry.channel();
      if (channel != null) {
        byChannel
            .computeIfAbsent(channel, c -> new Reading(name, c, violations::add, history))
            .read(entry);
      }
    }
    readings.addAll(byChannel.values());
  }

  private void sessionGoesOn(String name, Entry.@Nullable Welcomed last, Entry.Welcomed next) {
    if (last == null || history.lostBefore(next.at())) {
      return;
    }
    if (!next.resumed() || !next.session().equals(last.session())) {
      violations.add(name + ": lost its session " + last.session() + ", got " + next.session());
    } else if (next.generation() <= last.generation()) {
      violations.add(name + ": generation " + next.generation() + " after " + last.generation());
    }
  }

  private void isInLog(String channel, Reading.Got got) {
    Payload other =
        logs.computeIfAbsent(log(channel, got), c -> new TreeMap<>())
            .putIfAbsent(got.position().seq(), got.payload());
    if (other != null && !other.equals(got.payload())) {
      violations.add(
          "%s: two publications at %s: %s and %s"
              .formatted(channel, got.position(), other, got.payload()));
    }
    if (!sent.containsKey(new History.Key(channel, got.payload()))) {
      violations.add(channel + ": nobody sent " + got.payload() + " at " + got.position());
    }
  }

  /** Numbers rise over epochs, but if an older state came back. */
  private String log(String channel, Reading.Got got) {
    return history.lostBefore(Long.MAX_VALUE) ? channel + " of " + got.position().epoch() : channel;
  }

  private void logIsSound(String channel, TreeMap<Long, Payload> log) {
    Map<Payload, Long> places = new HashMap<>();
    Map<String, Payload> lastOf = new HashMap<>();
    log.forEach(
        (seq, payload) -> {
          Long other = places.putIfAbsent(payload, seq);
          if (other != null && history.mayComeAgain(payload)) {
            return;
          }
          if (other != null) {
            violations.add(
                "%s: stored twice: %s at %d and %d".formatted(channel, payload, other, seq));
            return;
          }
          Payload before = lastOf.put(payload.by(), payload);
          if (before != null && before.i() > payload.i()) {
            violations.add(
                "%s: out of its publisher's order: %s after %s (at %d)"
                    .formatted(channel, payload, before, seq));
          }
        });
  }

  private void nothingIsLost(List<History.Acknowledged> acknowledged) {
    for (History.Acknowledged one : acknowledged) {
      long at = sent.getOrDefault(new History.Key(one.channel(), one.payload()), 0L);
      for (Reading reading : readings) {
        boolean expected =
            reading.channel().equals(one.channel())
                && !history.mayBeLost(one)
                && reading.expects(one, at);
        if (expected && !reading.has(one.payload())) {
          violations.add(
              "%s: lost: %s, acknowledged at %s, not received; it is at %s"
                  .formatted(reading.reader(), one.payload(), one.position(), reading.cursor()));
        }
      }
    }
  }

  private void nothingForbiddenTookEffect() {
    Set<History.Key> stored = new HashSet<>();
    history.acknowledged().forEach(a -> stored.add(new History.Key(a.channel(), a.payload())));
    logs.forEach(
        (log, entries) ->
            entries.values().forEach(p -> stored.add(new History.Key(log.split(" ")[0], p))));
    // An older state does not know who was replaced since.
    boolean older = history.lostBefore(Long.MAX_VALUE);
    for (History.Key key : stored) {
      if (history.isForbidden(key) && !older) {
        violations.add(
            key.channel() + ": fencing: " + key.payload() + " of a replaced connection is stored");
      }
    }
  }
}
