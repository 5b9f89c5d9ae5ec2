package dev.holdfast.channels.log;

import dev.holdfast.core.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest frames of a channel, bounded in bytes, for readers that are just behind; part of the
 * {@link Rings} of its hub. Confined to the hub's context.
 */
public final class Ring {
  /** Bytes that a frame costs besides its own. */
  public static final int OVERHEAD = 160;

  private record Kept(Frame frame, long at) {
    public int bytes() {
      return frame.encoded().length() + OVERHEAD;
    }
  }

  private final Rings rings;
  private final int maxBytes;

  /** Made for the first frame, since most channels are idle. */
  private @Nullable ArrayDeque<Kept> frames;

  private int bytes;

  Ring(Rings rings, int maxBytes) {
    this.rings = rings;
    this.maxBytes = maxBytes;
  }

  public boolean isEmpty() {
    return frames == null;
  }

  public void add(List<Frame> newer) {
    int before = bytes;
    long now = System.nanoTime();
    ArrayDeque<Kept> all = frames == null ? new ArrayDeque<>() : frames;
    for (Frame frame : newer) {
      var kept = new Kept(frame, now);
      all.addLast(kept);
      bytes += kept.bytes();
    }
    while (bytes > maxBytes) {
      bytes -= all.removeFirst().bytes();
    }
    frames = all.isEmpty() ? null : all;
    rings.changed(this, bytes - before);
    rings.fit();
  }

  public void clear() {
    rings.changed(this, -empty());
  }

  /**
   * Drops all frames.
   *
   * @return the bytes that are free now; the caller changes the count of {@link Rings}
   */
  int empty() {
    int freed = bytes;
    frames = null;
    bytes = 0;
    return freed;
  }

  /**
   * Drops old frames.
   *
   * @return as {@link #empty}
   */
  int dropBefore(long nanoTime) {
    ArrayDeque<Kept> all = frames;
    if (all == null) {
      return 0;
    }
    int before = bytes;
    while (!all.isEmpty() && all.getFirst().at() - nanoTime < 0) {
      bytes -= all.removeFirst().bytes();
    }
    frames = all.isEmpty() ? null : all;
    return before - bytes;
  }

  /**
   * Returns the frames after {@code from}, at most {@code limit}.
   *
   * @param last the channel's position, where the ring ends
   * @return none if the ring does not reach back so far
   */
  public @Nullable LogSegment after(Position from, Position last, int limit) {
    if (from.equals(last)) {
      return new LogSegment(from, null, List.of(), from, true);
    }
    ArrayDeque<Kept> all = frames;
    if (all == null
        || !from.epoch().equals(last.epoch())
        || from.seq() < all.getFirst().frame().seq() - 1
        || from.seq() >= last.seq()) {
      return null;
    }
    rings.changed(this, 0);
    List<Frame> found = new ArrayList<>();
    for (Kept kept : all) {
      if (kept.frame().seq() > from.seq() && found.size() < limit) {
        found.add(kept.frame());
      }
    }
    Position to = from.at(from.seq() + found.size());
    return new LogSegment(from, null, found, to, to.equals(last));
  }
}
