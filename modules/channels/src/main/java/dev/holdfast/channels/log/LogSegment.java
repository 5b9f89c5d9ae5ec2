package dev.holdfast.channels.log;

import dev.holdfast.channels.Gap;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A segment of a log without holes: its beginning, the gap after it, the frames, and its end. The
 * frames follow one by one after the gap's end, or after {@code from}.
 *
 * @param from the position before; its epoch may be older than that of {@code to}
 * @param gap the missing events before the frames
 * @param atTop whether the log had nothing more when it was read
 */
public record LogSegment(
    Position from, @Nullable Gap gap, List<Frame> frames, Position to, boolean atTop) {

  /** Returns a segment of new publications that follow on {@code from}. */
  public static LogSegment live(Position from, List<Frame> frames) {
    Position to = from.at(frames.get(frames.size() - 1).seq());
    return new LogSegment(from, null, List.copyOf(frames), to, true);
  }

  /**
   * Returns the segment of a chunk that was read from the log. A hole in it, which only a manual
   * change in Redis can make, ends the segment or is reported as a gap.
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

  /** Returns the segment without its frames, which are read again from their beginning. */
  public LogSegment withoutFrames() {
    return new LogSegment(from, gap, List.of(), base(), false);
  }

  /** Returns the bytes that its frames take in memory. */
  public long bytes() {
    long bytes = 0;
    for (Frame frame : frames) {
      bytes += frame.encoded().length() + Ring.OVERHEAD;
    }
    return bytes;
  }

  /** Returns the position before the first frame. */
  public Position base() {
    return to.at(baseSeq());
  }

  /** Returns the number of {@link #base}, in the epoch of {@code to}. */
  public long baseSeq() {
    return to.seq() - frames.size();
  }
}
