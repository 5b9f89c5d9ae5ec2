package dev.holdfast.channels.log;

import dev.holdfast.core.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest frames of a channel, bounded in bytes, for readers that are just behind; part of the
 * {@link Rings} of its hub. Confined to the hub's context.
 */
public final class Ring {
  /** What a frame costs besides its bytes. */
  public static final int OVERHEAD = 160;

  private record Kept(Frame frame, long at) {
    public int bytes() {
      return frame.encoded().length() + OVERHEAD;
    }
  }

  private final Rings rings;
  private final int maxBytes;

  /** Null where empty: most channels are idle. */
  private ArrayDeque<Kept> frames;

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
    for (Frame frame : newer) {
      frames = frames == null ? new ArrayDeque<>() : frames;
      var kept = new Kept(frame, now);
      frames.addLast(kept);
      bytes += kept.bytes();
    }
    while (bytes > maxBytes) {
      removeFirst();
    }
    rings.changed(this, bytes - before);
    rings.fit();
  }

  private void removeFirst() {
    bytes -= frames.removeFirst().bytes();
    if (frames.isEmpty()) {
      frames = null;
    }
  }

  public void clear() {
    rings.changed(this, -empty());
  }

  /**
   * @return how many bytes are free now; the count of {@link Rings} is the caller's to change
   */
  int empty() {
    int freed = bytes;
    frames = null;
    bytes = 0;
    return freed;
  }

  /**
   * @return as {@link #empty}
   */
  int dropBefore(long nanoTime) {
    int before = bytes;
    while (frames != null && frames.getFirst().at() - nanoTime < 0) {
      removeFirst();
    }
    return before - bytes;
  }

  /**
   * What follows on {@code from}, at most {@code limit} frames.
   *
   * @param last the channel's position, where the ring ends
   * @return null where the ring does not reach back so far
   */
  public LogSegment after(Position from, Position last, int limit) {
    if (from.equals(last)) {
      return new LogSegment(from, null, List.of(), from, true);
    }
    boolean holds =
        from.epoch().equals(last.epoch())
            && frames != null
            && from.seq() >= frames.getFirst().frame().seq() - 1
            && from.seq() < last.seq();
    if (!holds) {
      return null;
    }
    rings.changed(this, 0);
    List<Frame> found = new ArrayList<>();
    for (Kept kept : frames) {
      if (kept.frame().seq() > from.seq() && found.size() < limit) {
        found.add(kept.frame());
      }
    }
    Position to = from.at(from.seq() + found.size());
    return new LogSegment(from, null, found, to, to.equals(last));
  }
}
