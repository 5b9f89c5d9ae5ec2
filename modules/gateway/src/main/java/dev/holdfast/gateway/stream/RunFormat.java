package dev.holdfast.gateway.stream;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The words in which one reader reads one run, as messages of server-sent events. Confined to the
 * reader's event loop.
 */
public interface RunFormat {
  /** Returns the headers besides those of any stream. */
  default Map<String, String> headers() {
    return Map.of();
  }

  /** Says what the run has come to; what follows the snapshot's position comes next. */
  Buffer snapshot(RunFrame frame);

  /** Says an event; none if it can't be said to a reader who has what came before. */
  @Nullable Buffer event(RunFrame frame);

  /** Says that events are gone; empty if there are no words for it. */
  default Buffer gap(RunFrame frame) {
    return Buffer.buffer();
  }

  /** Returns whether a snapshot may come behind events. */
  default boolean takesSnapshots() {
    return false;
  }

  /** Says what comes behind the run's end. */
  default Buffer end() {
    return Buffer.buffer();
  }
}
