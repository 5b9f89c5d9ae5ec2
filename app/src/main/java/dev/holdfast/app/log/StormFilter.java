package dev.holdfast.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Lets at most 20 lines of one kind through in 10 s, and says how many more there were. A kind is a
 * logger, its text before values are put in, and the class of the failure; so a thing that was not
 * said before is always said. Under a fault that lasts, the bus, its driver and we ourselves have
 * much to say about each message.
 */
public final class StormFilter extends TurboFilter {
  static final int LINES = 20;
  static final long WINDOW_NS = 10_000_000_000L;
  private static final int MOST_KINDS = 1_000;

  private final LongSupplier clock;
  private final Map<Kind, Window> windows = new ConcurrentHashMap<>();

  private record Kind(Logger logger, String text, @Nullable Class<?> failure) {}

  private static final class Window {
    private final long since;
    private int lines;

    private Window(long since) {
      this.since = since;
    }
  }

  /** Makes the filter; logback calls this by the class's name. */
  public StormFilter() {
    this(System::nanoTime);
  }

  StormFilter(LongSupplier clock) {
    this.clock = clock;
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String text,
      Object @Nullable [] values,
      @Nullable Throwable failure) {
    // Also asked for lines that are not written, and with no text by isWarnEnabled().
    if (text == null
        || !level.isGreaterOrEqual(Level.INFO)
        || !level.isGreaterOrEqual(logger.getEffectiveLevel())
        || logger.getName().equals(StormFilter.class.getName())) {
      return FilterReply.NEUTRAL;
    }
    sumUp(logger);
    return passes(new Kind(logger, text, cause(values, failure)))
        ? FilterReply.NEUTRAL
        : FilterReply.DENY;
  }

  /** Beside values to put in, the failure is the last of them still. */
  private static @Nullable Class<?> cause(Object @Nullable [] values, @Nullable Throwable failure) {
    if (failure != null) {
      return failure.getClass();
    }
    return values != null
            && values.length > 0
            && values[values.length - 1] instanceof Throwable among
        ? among.getClass()
        : null;
  }

  private boolean passes(Kind kind) {
    if (windows.size() >= MOST_KINDS && !windows.containsKey(kind)) {
      return true;
    }
    Window window = windows.computeIfAbsent(kind, first -> new Window(clock.getAsLong()));
    synchronized (window) {
      return ++window.lines <= LINES;
    }
  }

  /** Windows that are over: what they kept back is reported with the next line. */
  private void sumUp(Logger any) {
    long now = clock.getAsLong();
    List<Kind> over = new ArrayList<>();
    windows.forEach(
        (kind, window) -> {
          if (now - window.since > WINDOW_NS) {
            over.add(kind);
          }
        });
    for (Kind kind : over) {
      Window window = windows.remove(kind);
      if (window != null && window.lines > LINES) {
        any.getLoggerContext()
            .getLogger(StormFilter.class)
            .warn(
                "{} more lines of {} within 10 s: {}",
                window.lines - LINES,
                kind.logger.getName(),
                kind.text);
      }
    }
  }
}
