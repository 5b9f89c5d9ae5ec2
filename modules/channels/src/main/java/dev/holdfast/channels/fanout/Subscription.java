package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Gap;
import dev.holdfast.channels.log.Frame;
import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One session's reading of one channel, by a cursor. Every publication after it is handed to the
 * sink once, in order; missing ones are reported as a gap. A reader in step takes the events that
 * the hub hands on. One that is behind (it resumed, or its sink was full) reads at its own pace,
 * and costs a cursor, not memory. Confined to the fan-out's context.
 */
public final class Subscription extends Readers.Placed implements Handover.Reader {
  private static final long RETRY_MS = 250;
  private static final int MOST_LEFT = 4;

  private enum State {
    PLACED,
    BEHIND,
    LIVE,
    CLOSED
  }

  private final LocalChannel local;
  private final Fanout fanout;
  private final FrameSink sink;

  /** Changed on the fan-out's context alone. */
  private volatile State state = State.PLACED;

  /** Set when it is placed, before anybody else sees it. */
  @SuppressWarnings("NullAway.Init")
  private Position position;

  private @Nullable LogSegment first;
  private long firstBytes;
  private boolean announce = true;
  private boolean reading;
  private List<Position> left = List.of();

  Subscription(LocalChannel local, Fanout fanout, FrameSink sink) {
    this.local = local;
    this.fanout = fanout;
    this.sink = sink;
  }

  public Channel channel() {
    return local.channel();
  }

  /**
   * Returns the cursor: everything up to it was handed to the sink. Before {@link #start}, reading
   * will go on from it.
   */
  public Position position() {
    LogSegment read = first;
    return read == null ? position : read.base();
  }

  /**
   * Returns the age of a cursor whose events the sink was handed: 0 in the current epoch, 1 in the
   * one before it, and so on; -1 if it is beyond what was handed on, or so old that it is
   * forgotten.
   */
  public int age(Position cursor) {
    if (covers(position(), cursor)) {
      return 0;
    }
    int age = 1;
    for (Position end : left) {
      if (covers(end, cursor)) {
        return age;
      }
      age++;
    }
    return -1;
  }

  private static boolean covers(Position end, Position cursor) {
    return end.epoch().equals(cursor.epoch()) && cursor.seq() <= end.seq();
  }

  /** Returns true if everything after the wanted cursor will come; false if a gap comes first. */
  public boolean recovered() {
    LogSegment read = first;
    return read == null || read.gap() == null;
  }

  FrameSink sink() {
    return sink;
  }

  Future<Subscription> place(Start start) {
    if (start instanceof Start.Latest) {
      position = local.top();
      return Future.succeededFuture(this);
    }
    Position cursor = start instanceof Start.After after ? after.cursor() : null;
    if (local.top().equals(cursor)) {
      position = local.top();
      return Future.succeededFuture(this);
    }
    return fanout
        .read(channel(), cursor, this::isOver)
        .map(
            read -> {
              first = admitted(read);
              position = read.from();
              return this;
            });
  }

  /**
   * Keeps the first chunk until the reader begins, within the node's budget; else it is read again.
   */
  private LogSegment admitted(LogSegment read) {
    long bytes = read.bytes();
    if (bytes > 0 && !fanout.openings().tryTake(bytes)) {
      return read.withoutFrames();
    }
    firstBytes = bytes;
    return read;
  }

  private void releaseFirst() {
    first = null;
    fanout.openings().give(firstBytes);
    firstBytes = 0;
  }

  /**
   * Begins to hand on: a gap, if there is one; missed events; {@code live}; and then new events.
   */
  public void start() {
    if (state != State.PLACED) {
      return;
    }
    state = State.BEHIND;
    LogSegment read = first;
    if (read != null) {
      releaseFirst();
      fanout.metrics().deliveries.increment(take(read));
    }
    pump();
  }

  /** Ends the subscription: nothing is handed to the sink after this. */
  public void close() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      releaseFirst();
      fanout.unstall(this);
      local.remove(this);
    }
  }

  /** Returns whether nobody waits any more for its reads; any thread. */
  private boolean isOver() {
    return state == State.CLOSED || sink.isClosed();
  }

  /** Closes because the session with this channel no longer exists, and notifies the sink. */
  public void gone() {
    if (state != State.CLOSED) {
      close();
      sink.gone(channel().name());
    }
  }

  // --- in step

  /**
   * Hands on a segment.
   *
   * @return the number of publications that were handed on
   */
  @Override
  public int deliver(LogSegment segment) {
    if (state != State.LIVE) {
      return 0;
    }
    if (!follows(segment)) {
      fallBehind();
      return 0;
    }
    if (!sink.writable()) {
      fallBehind();
      return 0;
    }
    return take(segment);
  }

  /** Returns whether the segment continues, or overlaps, what this reader has. */
  private boolean follows(LogSegment segment) {
    if (position.equals(segment.from())) {
      return true;
    }
    return position.epoch().equals(segment.to().epoch()) && position.seq() >= segment.baseSeq();
  }

  /**
   * Hands on a volatile frame.
   *
   * @return whether it was handed on
   */
  @Override
  public boolean deliverVolatile(EncodedFrame frame) {
    boolean takes = state == State.LIVE && sink.writable();
    if (takes) {
      sink.send(frame);
    }
    return takes;
  }

  /** Falls behind if the hub has handed on more than this reader has. */
  @Override
  public void compare() {
    if (state == State.LIVE && !touches()) {
      fallBehind();
    }
  }

  private void fallBehind() {
    state = State.BEHIND;
    pump();
  }

  // --- behind

  /**
   * Reads on, unless a read is under way; goes live when the cursor touches what the hub has handed
   * on.
   */
  void pump() {
    if (state != State.BEHIND || reading) {
      return;
    }
    if (!sink.writable()) {
      fanout.stall(this);
      return;
    }
    if (touches()) {
      goLive();
      return;
    }
    reading = true;
    fanout.read(channel(), position, this::isOver).onComplete(this::readDone);
  }

  private void readDone(AsyncResult<LogSegment> read) {
    reading = false;
    if (state == State.CLOSED) {
      return;
    }
    if (read.failed()) {
      readFailed(read.cause());
      return;
    }
    fanout.metrics().deliveries.increment(take(read.result()));
    pump();
  }

  private void readFailed(Throwable failure) {
    if (HoldfastException.from(failure).code() == ErrorCode.NOT_FOUND) {
      gone();
    } else {
      fanout.later(RETRY_MS, this::pump);
    }
  }

  /**
   * Returns whether it is in the channel's epoch, and not behind. It may be ahead, as the log is
   * read before its hints have come.
   */
  private boolean touches() {
    Position top = local.top();
    return position.epoch().equals(top.epoch()) && position.seq() >= top.seq();
  }

  private void goLive() {
    state = State.LIVE;
    if (announce) {
      announce = false;
      sink.send(ServerFrames.live(channel().name(), position));
    }
  }

  // --- handing on

  private int take(LogSegment segment) {
    Gap gap = segment.gap();
    // A gap that begins at the position is this reader's own, even if it goes back to the top of a
    // log that its cursor was beyond.
    boolean own = gap != null && position.equals(gap.from());
    boolean ahead =
        !own
            && position.epoch().equals(segment.to().epoch())
            && position.seq() >= segment.baseSeq();
    if (gap != null && !ahead) {
      fanout.metrics().gaps.increment();
      sink.send(ServerFrames.gap(channel().name(), position, segment.base(), gap.reason()));
    }
    int skip = ahead ? (int) Math.min(position.seq() - segment.baseSeq(), size(segment)) : 0;
    List<Frame> frames = segment.frames();
    for (int i = skip; i < frames.size(); i++) {
      sink.send(frames.get(i).encoded());
    }
    if (!ahead || position.seq() < segment.to().seq()) {
      move(segment.to());
    }
    return frames.size() - skip;
  }

  /** Moves on. At a new epoch it keeps the end of the old one, of which acks are still to come. */
  private void move(Position to) {
    if (!to.epoch().equals(position.epoch())) {
      left = Stream.concat(Stream.of(position), left.stream()).limit(MOST_LEFT).toList();
    }
    position = to;
  }

  private static int size(LogSegment segment) {
    return segment.frames().size();
  }
}
