package dev.holdfast.core.bus;

import io.vertx.core.eventbus.Message;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The patience of a request's asker, from a header. A peer of an older build sends none.
 *
 * @param process that asks
 * @param sent by the asker's monotonic clock, in ms
 * @param patience in ms
 */
record Ask(String process, long sent, long patience) {
  static final String HEADER = "holdfast.ask";

  static String of(String process, long patience) {
    return process + " " + clock() + " " + patience;
  }

  /** Returns what the asker says; none: it says nothing, or not in these words. */
  static @Nullable Ask of(Message<?> request) {
    String text = request.headers().get(HEADER);
    if (text == null) {
      return null;
    }
    String[] parts = text.split(" ");
    try {
      return new Ask(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    } catch (RuntimeException otherForm) {
      return null;
    }
  }

  static long clock() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
