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
  private List<SocketOutbound> written = new ArrayList<>();
  private List<SocketOutbound> spare = new ArrayList<>();

  Flusher(EventLoop eventLoop) {
    this.eventLoop = eventLoop;
  }

  /** To be called once by each outbound until it is flushed. */
  void wrote(SocketOutbound outbound) {
    if (written.isEmpty()) {
      eventLoop.execute(this::flush);
    }
    written.add(outbound);
  }

  private void flush() {
    List<SocketOutbound> flushing = written;
    written = spare; // A flush may make another socket writable, and so write again.
    flushing.forEach(SocketOutbound::flush);
    flushing.clear();
    spare = flushing;
  }
}
