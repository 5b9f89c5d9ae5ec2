package dev.holdfast.gateway.edge;

import dev.holdfast.core.Position;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.buffer.Buffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What large runs have come to, as it was formatted for the last readers of this event loop: those
 * that come at the same position, as all do after their node was killed, share it. To format some
 * megabytes takes a tenth of a second. Confined to its event loop.
 */
final class Preludes {
  /** Bytes kept on an event loop, at most; one that has more is not kept. */
  static final long MOST_BYTES = 8 << 20;

  /** What is smaller is formatted in less than a millisecond. */
  static final int LARGE = 32 << 10;

  /** A run's snapshot at one position: there is one document of it. */
  private record Key(String run, Position at) {}

  private final Map<Key, Buffer> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  Preludes(MeterRegistry registry) {
    Tags loop = Tags.of("loop", Thread.currentThread().getName());
    registry.gauge("holdfast.agui.preludes.bytes", loop, this, Preludes::bytes);
  }

  /**
   * Returns a prelude, made anew if it is not kept.
   *
   * @param size of the document
   * @param make formats it; called at once
   */
  Buffer of(String run, @Nullable Position at, int size, Supplier<Buffer> make) {
    if (at == null || size < LARGE) {
      return make.get();
    }
    Key key = new Key(run, at);
    Buffer known = kept.get(key);
    if (known != null) {
      return known.copy();
    }
    Buffer made = make.get();
    if (made.length() <= MOST_BYTES) {
      keep(key, made.copy());
    }
    return made;
  }

  private void keep(Key key, Buffer made) {
    kept.put(key, made);
    bytes += made.length();
    for (Iterator<Buffer> oldest = kept.values().iterator(); bytes > MOST_BYTES; ) {
      bytes -= oldest.next().length();
      oldest.remove();
    }
  }

  long bytes() {
    return bytes;
  }
}
