package dev.holdfast.channels.log;

import dev.holdfast.channels.Gap;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A segment of a log without holes: from where, what can't be served at its begin, the frames, and
 * where it ends. The frames follow on the gap's end, or on {@code from}, one by one.
 *
 * @param from the position before; its epoch may be an older one than that of {@code to}
 * @param gap what can't be served before the frames
 * @param atTop whether the log had nothing more when it was read
 */
public record LogSegment(
    Position from, @Nullable Gap gap, List<Frame> frames, Position to, boolean atTop) {

  /** Live publications that follow on {@code from}. */
  public static LogSegment live(Position from, List<Frame> frames) {
    Position to = from.at(frames.get(frames.size() - 1).seq());
    return new LogSegment(from, null, List.copyOf(frames), to, true);
  }

  /**
   * A read chunk. A hole in it, which only a hand in the store can make, ends the segment or is
   * reported as a gap.
   */
  public static LogSegment of(Channel channel, Position from, ChannelStore.Chunk chunk) {
    Position base = chunk.base();
    Gap gap = chunk.gap();
    long first = chunk.entries().isEmpty() ? chunk.top().seq() + 1 : chunk.entries().get(0).seq();
    if (first > base.seq() + 1) {
      base = base.at(first - 1);
      gap = new Gap(from, base, gap == null ? "trimmed" : gap.reason());
    }
    List<Frame> frames = new ArrayList<>(chunk.entries().size());
    for (ChannelStore.Stored entry : chunk.entries()) {
      if (entry.seq() != base.seq() + 1 + frames.size()) {
        break;
      }
      frames.add(Frame.of(channel, base.epoch(), entry));
    }
    Position to = base.at(base.seq() + frames.size());
    return new LogSegment(from, gap, frames, to, to.seq() >= chunk.top().seq());
  }

  /** The same, but for its frames: they are read again from where they begin. */
  public LogSegment withoutFrames() {
    return new LogSegment(from, gap, List.of(), base(), false);
  }

  /** What its frames take in memory. */
  public long bytes() {
    long bytes = 0;
    for (Frame frame : frames) {
      bytes += frame.encoded().length() + Ring.OVERHEAD;
    }
    return bytes;
  }

  /** Where the frames begin. */
  public Position base() {
    return to.at(to.seq() - frames.size());
  }
}
