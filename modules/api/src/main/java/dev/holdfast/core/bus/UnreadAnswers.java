package dev.holdfast.core.bus;

import dev.holdfast.core.bounds.Budget;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Large answers to other processes that are not written to their connections yet: the bus takes
 * them all, also for an asker that reads nothing. A message that is written behind an answer, over
 * the same connection, says when the answer is. Safe on any thread.
 */
final class UnreadAnswers {
  /**
   * Least size that is counted, in bytes. There are as many smaller ones as requests, which are
   * bounded.
   */
  static final int LARGE = 16 << 10;

  private static final long LIMIT = Runtime.getRuntime().maxMemory() / 8;

  /** One asker that stands still is not to take the room of all. */
  private static final int ASKERS = 4;

  private static final long LONGEST_S = 60;

  private final Function<String, Future<Void>> behind;
  private final Map<String, Long> unread = new HashMap<>();
  private Budget.Share room = Budget.Share.unmetered(LIMIT);

  /**
   * @param behind writes something to a process, after what was written to it before
   */
  UnreadAnswers(Function<String, Future<Void>> behind) {
    this.behind = behind;
  }

  /** Counts in this registry from now on. */
  synchronized void bindTo(MeterRegistry registry) {
    room = new Budget(registry).share("answers", LIMIT);
  }

  /**
   * Takes room for an answer, until {@link #given} says that it is given.
   *
   * @return none: there is no room
   */
  synchronized Budget.@Nullable Share take(String process, long bytes) {
    long before = unread.getOrDefault(process, 0L);
    if (before > 0 && before + bytes > room.limit() / ASKERS) {
      room.refused();
      return null;
    }
    if (!room.tryTake(bytes)) {
      return null;
    }
    unread.put(process, before + bytes);
    return room;
  }

  /** The answer has been given to the bus: its room is given back when it is written. */
  void given(String process, long bytes, Budget.Share from) {
    behind
        .apply(process)
        .timeout(LONGEST_S, TimeUnit.SECONDS)
        .onComplete(written -> written(process, bytes, from));
  }

  private synchronized void written(String process, long bytes, Budget.Share from) {
    from.give(bytes);
    unread.computeIfPresent(process, (id, held) -> held > bytes ? held - bytes : null);
  }
}
