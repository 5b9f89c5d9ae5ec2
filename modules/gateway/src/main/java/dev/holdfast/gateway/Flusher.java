package dev.holdfast.gateway;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * Flushes each socket that was written to once, at the end of the event loop's run: one system call
 * for all frames of a run. Confined to its event loop.
 */
final class Flusher {
  private final EventLoop eventLoop;
  private List<Outbound> written = new ArrayList<>();
  private List<Outbound> spare = new ArrayList<>();

  Flusher(EventLoop eventLoop) {
    this.eventLoop = eventLoop;
  }

  /** To be called once by each outbound until it is flushed. */
  void wrote(Outbound outbound) {
    if (written.isEmpty()) {
      eventLoop.execute(this::flush);
    }
    written.add(outbound);
  }

  private void flush() {
    List<Outbound> flushing = written;
    written = spare; // A flush may make another socket writable, and so write again.
    flushing.forEach(Outbound::flush);
    flushing.clear();
    spare = flushing;
  }
}
