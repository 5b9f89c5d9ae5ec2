package dev.holdfast.channels;

import dev.holdfast.core.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest frames of a channel, bounded in bytes, for readers that are just behind. Confined to
 * the hub's context.
 */
final class Ring {
  private final int maxBytes;
  private final ArrayDeque<Frame> frames = new ArrayDeque<>();
  private int bytes;

  Ring(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  void add(List<Frame> newer) {
    for (Frame frame : newer) {
      frames.addLast(frame);
      bytes += frame.encoded().length();
    }
    while (bytes > maxBytes) {
      bytes -= frames.removeFirst().encoded().length();
    }
  }

  void clear() {
    frames.clear();
    bytes = 0;
  }

  /**
   * What follows on {@code from}, at most {@code limit} frames.
   *
   * @param last the channel's position, where the ring ends
   * @return null where the ring does not reach back so far
   */
  Stretch after(Position from, Position last, int limit) {
    if (from.equals(last)) {
      return new Stretch(from, null, List.of(), from, true);
    }
    boolean holds =
        from.epoch().equals(last.epoch())
            && !frames.isEmpty()
            && from.seq() >= frames.getFirst().seq() - 1
            && from.seq() < last.seq();
    if (!holds) {
      return null;
    }
    List<Frame> found = new ArrayList<>();
    for (Frame frame : frames) {
      if (frame.seq() > from.seq() && found.size() < limit) {
        found.add(frame);
      }
    }
    Position to = from.at(from.seq() + found.size());
    return new Stretch(from, null, found, to, to.equals(last));
  }
}
