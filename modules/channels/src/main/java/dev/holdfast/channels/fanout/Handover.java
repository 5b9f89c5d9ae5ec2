package dev.holdfast.channels.fanout;

import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands events of a channel to its readers on one event loop, a bounded number of bytes at a time.
 * Otherwise large events, or many readers, would hold up everybody else on that loop until all was
 * written. Events that come meanwhile go to each reader afterwards, in order; if these are too
 * many, the readers go on from their cursors. Confined to the fan-out's context.
 */
final class Handover {
  /** Bytes that are handed on in one run of the event loop, or to one reader: a few ms at most. */
  static final long PIECE = 1 << 20;

  /** Most bytes that come meanwhile, unless a single segment has more. */
  static final long MOST_COMING = 1 << 20;

  /** Cost of each item and reader, besides its bytes. */
  private static final long OVERHEAD = 1 << 10;

  private static final long LOOK = 32;

  private final Place channel;
  private final Consumer<Runnable> later;
  private List<Step> coming = new ArrayList<>();
  private long comingBytes;
  private List<Step> batch = List.of();
  private List<? extends Reader> due = List.of();
  private int served;
  private boolean scheduled;
  private int delivered;

  /** The channel with the readers. */
  interface Place {
    /** Notes the position up to which the readers have been handed events. */
    void moved(Position to);

    List<? extends Reader> readers();

    void delivered(int publications);
  }

  /** A reader of the channel. */
  interface Reader {
    /**
     * Takes a segment.
     *
     * @return the number of publications that were handed on
     */
    int deliver(LogSegment segment);

    /**
     * Takes a volatile frame.
     *
     * @return whether it was handed on
     */
    boolean deliverVolatile(EncodedFrame frame);

    /** Goes on from its cursor if it missed something. */
    void compare();
  }

  /**
   * A segment, or a volatile frame; or neither, if readers have to go on from their cursors.
   *
   * @param to the position of the channel after it; none: the same as before
   */
  private record Step(
      @Nullable LogSegment segment,
      @Nullable EncodedFrame frame,
      @Nullable Position to,
      long cost) {
    static Step of(LogSegment segment) {
      long cost = segment.bytes() + OVERHEAD * (1 + segment.frames().size());
      return new Step(segment, null, segment.to(), cost);
    }

    static Step of(EncodedFrame frame) {
      return new Step(null, frame, null, frame.length() + OVERHEAD);
    }

    static Step skip(Position to) {
      return new Step(null, null, to, OVERHEAD);
    }
  }

  /**
   * @param later runs an action after the other work of the event loop
   */
  Handover(Place channel, Consumer<Runnable> later) {
    this.channel = channel;
    this.later = later;
  }

  void add(LogSegment segment) {
    Step step = Step.of(segment);
    if (fits(step)) {
      add(step);
    } else {
      drop();
      add(Step.skip(segment.to()));
    }
  }

  /**
   * Adds a volatile publication. It is dropped if it does not fit, as by a reader that takes
   * nothing.
   */
  void add(EncodedFrame frame) {
    Step step = Step.of(frame);
    if (fits(step)) {
      add(step);
    }
  }

  private boolean fits(Step step) {
    return coming.isEmpty() || comingBytes + step.cost() <= MOST_COMING;
  }

  private void add(Step step) {
    coming.add(step);
    comingBytes += step.cost();
    if (!scheduled) {
      go();
    }
  }

  /** Drops what has come and was not handed on yet. */
  void drop() {
    coming.clear();
    comingBytes = 0;
  }

  private void go() {
    scheduled = true; // also for what comes from within
    try {
      piece();
    } finally {
      scheduled = served < due.size() || !coming.isEmpty();
      if (scheduled) {
        later.accept(this::go);
      }
      channel.delivered(delivered);
      delivered = 0;
    }
  }

  private void piece() {
    long spent = 0;
    while (spent < PIECE && (served < due.size() || !coming.isEmpty())) {
      if (served == due.size()) {
        begin();
      } else {
        spent += serve(due.get(served++));
      }
    }
    if (served == due.size()) {
      batch = List.of();
      due = List.of();
      served = 0;
    }
  }

  /**
   * Begins to hand on all that has come, so that each reader gets it at once, and is flushed once.
   */
  private void begin() {
    batch = coming;
    coming = new ArrayList<>();
    comingBytes = 0;
    for (Step step : batch) {
      Position to = step.to();
      if (to != null) {
        channel.moved(to);
      }
    }
    due = channel.readers();
    served = 0;
  }

  private long serve(Reader reader) {
    long spent = LOOK;
    for (Step step : batch) {
      if (hand(step, reader)) {
        spent += step.cost();
      }
    }
    return spent;
  }

  private boolean hand(Step step, Reader reader) {
    EncodedFrame frame = step.frame();
    if (frame != null) {
      return reader.deliverVolatile(frame);
    }
    LogSegment segment = step.segment();
    if (segment == null) {
      reader.compare();
      return true;
    }
    int frames = reader.deliver(segment);
    delivered += frames;
    return frames > 0;
  }
}
