package dev.holdfast.testkit.history;

import dev.holdfast.core.Position;
import dev.holdfast.testkit.client.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Follows how one reader read one channel, entry by entry: each publication must follow the one
 * before, but for what a gap reports. After Redis came back with an older state a publication may
 * come again, in another epoch. Says what does not hold.
 */
final class Reading {
  /** A publication that the reader got. */
  record Got(Payload payload, Position position) {}

  /**
   * The range that a gap reported. If it ends in another epoch: all that came later in the first.
   */
  private record Missed(Position after, Position to, long at) {
    /** A position with neither epoch is of data in between, which came and went. */
    boolean has(Position position, long sentAt) {
      if (!List.of(after.epoch(), to.epoch()).contains(position.epoch())) {
        return sentAt < at;
      }
      boolean sameEpoch = after.epoch().equals(to.epoch());
      boolean afterIt = position.seq() > after.seq() && position.epoch().equals(after.epoch());
      boolean upToIt = position.seq() <= to.seq() && position.epoch().equals(to.epoch());
      return sameEpoch ? afterIt && upToIt : afterIt || upToIt;
    }
  }

  private final String reader;
  private final String channel;
  private final Consumer<String> violation;
  private final LongPredicate olderState;
  private final Predicate<Payload> comesAgain;
  private final List<Got> got = new ArrayList<>();
  private final Map<Payload, Position> payloads = new HashMap<>();
  private final Set<Payload> mayComeAgain = new HashSet<>();
  private final List<Missed> missed = new ArrayList<>();
  private @Nullable Position cursor;
  private @Nullable Position from;
  private long since;

  /**
   * @param history says what an older state explains
   */
  Reading(String reader, String channel, Consumer<String> violation, History history) {
    this.reader = reader + " of " + channel;
    this.channel = channel;
    this.violation = violation;
    this.olderState = history::lostBefore;
    this.comesAgain = history::mayComeAgain;
  }

  void read(Entry entry) {
    if (entry instanceof Entry.Subscribed subscribed) {
      subscribed(subscribed);
    } else if (entry instanceof Entry.Received received) {
      received(received, received.position());
    } else if (entry instanceof Entry.Snapshot snapshot) {
      cursor = snapshot.position();
      from = snapshot.position();
    } else if (entry instanceof Entry.Gap gap) {
      gap(gap);
    } else if (entry instanceof Entry.Live live && !sameSeq(live.position())) {
      violation.accept(reader + ": live at " + live.position() + " though it is at " + cursor);
    } else if (entry instanceof Entry.Unsubscribed) {
      cursor = null;
      from = null;
    }
  }

  List<Got> got() {
    return got;
  }

  String channel() {
    return channel;
  }

  /** Returns whether the reader, still reading, should have this one. */
  boolean expects(History.Acknowledged one, long sentAt) {
    if (from == null) {
      return false;
    }
    Position position = one.position();
    if (position == null) {
      return sentAt > since && missed.isEmpty();
    }
    boolean later = olderState.test(Long.MAX_VALUE) ? sentAt > since : position.seq() > from.seq();
    return later && missed.stream().noneMatch(gap -> gap.has(position, sentAt));
  }

  boolean has(Payload payload) {
    return payloads.containsKey(payload);
  }

  /** Returns the reader and the channel, for messages. */
  String reader() {
    return reader;
  }

  @Nullable Position cursor() {
    return cursor;
  }

  private void subscribed(Entry.Subscribed entry) {
    if (cursor == null) {
      from = entry.position();
      since = entry.at();
      if (olderState.test(entry.at())) {
        // It may be one that was taken back, with its cursor of then.
        mayComeAgain.addAll(payloads.keySet());
      }
    } else if (entry.recovered() && !sameSeq(entry.position())) {
      violation.accept(
          reader + ": goes on at " + entry.position() + " though its cursor was " + cursor);
    }
    cursor = cursor == null || entry.recovered() ? entry.position() : cursor;
  }

  /** A volatile one has no position, and is nobody's promise. */
  private void received(Entry.Received entry, @Nullable Position position) {
    Payload payload = Payload.of(entry.data());
    if (position == null) {
      return;
    }
    if (payload == null) {
      violation.accept(reader + ": got what nobody published: " + entry.data());
    } else {
      judge(payload, position, entry.at());
      payloads.put(payload, position);
      got.add(new Got(payload, position));
    }
    cursor = position;
  }

  private void judge(Payload payload, Position position, long at) {
    if (cursor == null) {
      violation.accept(reader + ": got " + payload + " without a subscription");
    } else if (isAgain(payload, position, at)) {
      violation.accept(reader + ": duplicated: " + payload + " at " + position);
    } else if (position.seq() <= cursor.seq()) {
      violation.accept(
          reader + ": out of order: " + payload + " at " + position + " after " + cursor);
    } else if (position.seq() != cursor.seq() + 1) {
      violation.accept(
          reader + ": lost, and no gap reported: what lies between " + cursor + " and " + position);
    }
  }

  private boolean isAgain(Payload payload, Position position, long at) {
    Position before = payloads.get(payload);
    boolean otherState =
        before != null && !before.epoch().equals(position.epoch()) && olderState.test(at);
    boolean again = mayComeAgain.remove(payload);
    return before != null && !otherState && !again && !comesAgain.test(payload);
  }

  private void gap(Entry.Gap gap) {
    // An older state may have an older cursor of a session that comes back without its own.
    if (!sameSeq(gap.from()) && !olderState.test(gap.at())) {
      violation.accept(reader + ": a gap from " + gap.from() + " though its cursor was " + cursor);
    }
    missed.add(new Missed(gap.from(), gap.to(), gap.at()));
    if (olderState.test(gap.at())) {
      // It may have a log that had expired, in place of the one that the cursor is of.
      mayComeAgain.addAll(payloads.keySet());
    }
    cursor = gap.to();
  }

  private boolean sameSeq(Position position) {
    return cursor != null && position != null && cursor.seq() == position.seq();
  }
}
