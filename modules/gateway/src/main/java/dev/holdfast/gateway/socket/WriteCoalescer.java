package dev.holdfast.gateway.socket;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * Flushes each socket that was written to once, at the end of the event loop's run: one system call
 * for all frames of a run. Confined to its event loop.
 */
public final class WriteCoalescer {
  private final EventLoop eventLoop;
  private List<Runnable> written = new ArrayList<>();
  private List<Runnable> spare = new ArrayList<>();

  public WriteCoalescer(EventLoop eventLoop) {
    this.eventLoop = eventLoop;
  }

  /** Flushes later. Each writer calls it once until it is flushed. */
  void wrote(Runnable flush) {
    if (written.isEmpty()) {
      eventLoop.execute(this::flushAll);
    }
    written.add(flush);
  }

  private void flushAll() {
    List<Runnable> flushing = written;
    written = spare; // A flush may make another socket writable, and so write again.
    flushing.forEach(Runnable::run);
    flushing.clear();
    spare = flushing;
  }
}
