package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Hint;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.Frame;
import dev.holdfast.channels.log.LogReader;
import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.channels.log.Ring;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One channel with readers on this node. Keeps interest, puts hints in order, reads the log for
 * publications that hints did not bring, and hands each fan-out every publication once, in order.
 * It never takes a new epoch from a hint: it reads the log. Confined to the hub's context.
 */
final class HubChannel {
  /**
   * Most hints that are kept while the log is read, or behind a missing one; later ones are read
   * from the log.
   */
  private static final int MAX_HELD = 1_024;

  private static final long NEVER = Long.MIN_VALUE;

  private enum State {
    OPENING,
    LIVE,
    READING
  }

  private final Channel channel;
  private final HubContext hub;
  private final Ring ring;
  private final Set<Tap> taps = new LinkedHashSet<>();
  private final TreeMap<Long, Hint> held = new TreeMap<>();
  private final List<Frame> run = new ArrayList<>();
  private State state = State.OPENING;

  /** The position up to which it has handed on; none if it is not open yet. */
  private @Nullable Position last;

  private boolean asserting;
  private boolean again;
  private boolean left;
  private boolean behind;
  private boolean holeTimed;
  private long renewAt = NEVER;
  private long assertedAt;
  private long leaveAt = NEVER;

  HubChannel(Channel channel, HubContext hub) {
    this.channel = channel;
    this.hub = hub;
    this.ring = hub.rings().fresh();
  }

  Channel channel() {
    return channel;
  }

  // --- readers of this node

  void open(Tap tap) {
    leaveAt = NEVER;
    taps.add(tap);
    if (last != null) {
      flush();
      tap.opened(channel, last());
    }
    // The interest in a session: channel is at the node where the session is attached. While it was
    // elsewhere no hint came.
    if ((last == null || channel.name().kind() == Kind.SESSION) && mayCheck()) {
      check(hub.store(), failure -> {});
    }
  }

  /** Opens it for a session that is being made: the attach, under way, asserts its interest. */
  void expect(Tap tap) {
    taps.add(tap);
    asserting = true;
  }

  /**
   * @param at the position at which the expected session begins; none: there is none
   */
  void began(@Nullable Position at) {
    asserting = false;
    if (at != null) {
      asserted(at);
    }
    checkAgain();
  }

  void close(Tap tap) {
    taps.remove(tap);
    if (taps.isEmpty()) {
      leaveAt = System.nanoTime() + hub.config().leaveAfter().toNanos();
    }
  }

  /**
   * Returns whether it has had no readers for a while, so that it can be left; false while interest
   * is being asserted, as the answer would come after.
   */
  boolean deserted(long now) {
    return leaveAt != NEVER && now - leaveAt >= 0 && !asserting;
  }

  /** Gives back its memory; it is not used again. */
  void leave() {
    left = true;
    ring.clear();
    held.values().forEach(this::released);
    held.clear();
  }

  boolean isDue(long now) {
    return renewAt != NEVER && now - renewAt >= 0;
  }

  /** Returns whether its interest was asserted before that time, and would last longer. */
  boolean isAssertedBefore(long nanoTime) {
    return renewAt != NEVER && assertedAt - nanoTime < 0;
  }

  boolean isBehind() {
    return behind;
  }

  // --- interest and position

  /**
   * Returns whether a check may begin. If one is under way, whose answer may be older, another
   * follows it.
   */
  boolean mayCheck() {
    again |= asserting;
    return !left && !asserting;
  }

  /**
   * Asserts interest and compares positions; one call under way at a time, see {@link #mayCheck}.
   *
   * @param done gets the failure, if there is one
   */
  void check(ChannelStore store, Consumer<@Nullable Throwable> done) {
    asserting = true;
    behind = false; // what is dropped from now on may be too late for the answer
    store
        .interest(channel, hub.node())
        .onComplete(
            answer -> {
              asserting = false;
              if (answer.succeeded()) {
                asserted(answer.result());
              } else {
                notAsserted(answer.cause());
              }
              checkAgain();
              done.accept(answer.cause());
            });
  }

  private void checkAgain() {
    if (again) {
      again = false;
      hub.recheck().accept(this);
    }
  }

  private void asserted(Position position) {
    long ttl = hub.config().interestTtl().toNanos();
    assertedAt = System.nanoTime();
    renewAt = assertedAt + (long) (ttl * ThreadLocalRandom.current().nextDouble(0.4, 0.6));
    Position before = last;
    if (before == null) {
      last = position;
      state = State.LIVE;
      taps.forEach(tap -> tap.opened(channel, position));
      takeHeld();
      flush();
    } else if (!position.epoch().equals(before.epoch()) || position.seq() > next() - 1) {
      // A read that is under way may have been answered before. If so, it is checked again.
      behind |= state != State.LIVE;
      catchUp();
    }
  }

  private void notAsserted(Throwable failure) {
    if (last == null) {
      dismiss().forEach(tap -> tap.refused(channel, failure));
    } else if (HoldfastException.from(failure).code() == ErrorCode.NOT_FOUND) {
      // Its session no longer exists. Nobody would ever answer otherwise, so it is not asked again.
      dismiss().forEach(tap -> tap.gone(channel));
    } else {
      behind = true;
    }
  }

  private List<Tap> dismiss() {
    List<Tap> dismissed = List.copyOf(taps);
    taps.clear();
    behind = false;
    renewAt = NEVER;
    leaveAt = System.nanoTime();
    return dismissed;
  }

  // --- hints

  /** Returns the position up to which it has handed on; only valid once it is open. */
  private Position last() {
    return Objects.requireNonNull(last);
  }

  private long next() {
    return last().seq() + 1 + run.size();
  }

  /** Takes a hint. The caller has to call {@link #flush}, which hands on the events in order. */
  void hint(Hint hint) {
    if (hint.isVolatile()) {
      volatileHint(hint);
    } else if (state != State.LIVE) {
      hold(hint);
    } else if (!hint.epoch().equals(last().epoch())) {
      catchUp();
    } else if (hint.seq() == next()) {
      run.add(Frame.of(hint));
      takeHeld();
    } else if (hint.seq() > next()) {
      hold(hint);
      awaitHole();
    }
  }

  private void volatileHint(Hint hint) {
    if (state == State.LIVE) {
      flush();
      EncodedFrame frame = ServerFrames.volatileEvent(channel.name(), hint.at(), hint.body());
      taps.forEach(tap -> tap.deliverVolatile(channel, frame));
    }
  }

  private void hold(Hint hint) {
    if (held.size() < MAX_HELD && hub.held().tryTake(bytes(hint))) {
      Hint before = held.put(hint.seq(), hint);
      if (before != null) {
        released(before);
      }
    } else {
      behind = true;
    }
  }

  private Hint released(Hint hint) {
    hub.held().give(bytes(hint));
    return hint;
  }

  private static long bytes(Hint hint) {
    return hint.body().length + Ring.OVERHEAD;
  }

  /**
   * Takes the held hints that are now in order. The others stay: they are behind a missing one, or
   * of another epoch.
   */
  private void takeHeld() {
    while (!held.isEmpty() && held.firstKey() <= next()) {
      Hint hint = released(held.pollFirstEntry().getValue());
      if (!hint.epoch().equals(last().epoch())) {
        behind = true;
      } else if (hint.seq() == next()) {
        run.add(Frame.of(hint));
      }
    }
    if (!held.isEmpty()) {
      awaitHole();
    }
  }

  private void awaitHole() {
    if (!holeTimed) {
      holeTimed = true;
      hub.vertx().setTimer(hub.config().holeWait().toMillis(), timer -> holeEnded());
    }
  }

  private void holeEnded() {
    holeTimed = false;
    if (state == State.LIVE && !held.isEmpty()) {
      hub.metrics().holes.increment();
      catchUp();
    }
  }

  // --- handing on

  /** Hands on the events that came in order since the last call. */
  void flush() {
    if (!run.isEmpty()) {
      deliver(LogSegment.live(last(), run));
      run.clear();
    }
  }

  private void deliver(LogSegment segment) {
    if (segment.gap() != null || !segment.to().epoch().equals(last().epoch())) {
      ring.clear();
    }
    ring.add(segment.frames());
    last = segment.to();
    taps.forEach(tap -> tap.deliver(channel, segment));
  }

  // --- the log

  private void catchUp() {
    if (state == State.LIVE) {
      flush();
      state = State.READING;
      hub.metrics().catchUps.increment();
      readOn();
    }
  }

  private void readOn() {
    hub.reader()
        .read(channel, last(), () -> left)
        .onSuccess(this::took)
        .onFailure(failure -> readFailed());
  }

  private void took(LogSegment segment) {
    if (segment.gap() != null || !segment.frames().isEmpty() || !segment.to().equals(last)) {
      deliver(segment);
    }
    if (!segment.atTop()) {
      readOn();
      return;
    }
    state = State.LIVE;
    takeHeld();
    flush();
  }

  private void readFailed() {
    state = State.LIVE;
    behind = true;
  }

  /**
   * Reads for one reader that is behind, from the ring or else from the log. If a read shows
   * another epoch than this channel has, the channel reads the log first, so that its position is
   * not older than what the reader was given.
   *
   * @param after the cursor; none: from the earliest entry
   * @param gone returns true once the reader does not wait any more
   */
  Future<LogSegment> read(@Nullable Position after, BooleanSupplier gone) {
    if (last != null && after != null) {
      flush();
      LogSegment kept = ring.after(after, last(), LogReader.CHUNK);
      if (kept != null) {
        hub.metrics().ringReads.increment();
        return Future.succeededFuture(kept);
      }
    }
    return hub.reader().read(channel, after, gone).map(this::compare);
  }

  private LogSegment compare(LogSegment read) {
    if (state == State.LIVE && !read.to().epoch().equals(last().epoch())) {
      catchUp();
    }
    return read;
  }
}
