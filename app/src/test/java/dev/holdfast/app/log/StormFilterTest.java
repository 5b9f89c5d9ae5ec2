package dev.holdfast.app.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 1,535 stack traces and 8,206 warnings of the bus hid what else a node had to say. */
class StormFilterTest {
  private final AtomicLong now = new AtomicLong();
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private Logger logger;

  @BeforeEach
  void start() {
    context.addTurboFilter(new StormFilter(now::get));
    lines.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(lines);
    logger = context.getLogger("bus");
  }

  @Test
  void aStormIsCutAndSummedUpAndEverythingElseIsSaid() {
    for (int i = 0; i < 1_000; i++) {
      logger.warn("Connecting to server {} failed", i, new IllegalStateException());
    }
    assertEquals(StormFilter.LINES, lines.list.size());
    logger.warn("Connecting to server {} failed", 1, new IllegalArgumentException());
    context.getLogger("other").warn("Connecting to server {} failed", 1);
    assertEquals(StormFilter.LINES + 2, lines.list.size());

    now.addAndGet(StormFilter.WINDOW_NS + 1);
    logger.warn("Connecting to server {} failed", 1, new IllegalStateException());

    assertEquals(StormFilter.LINES + 4, lines.list.size());
    assertEquals(
        "980 more lines of bus within 10 s: Connecting to server {} failed",
        lines.list.get(StormFilter.LINES + 2).getFormattedMessage());
  }

  @Test
  void whatIsNotWrittenIsNotCounted() {
    for (int i = 0; i < 1_000; i++) {
      logger.debug("step {}", i);
    }
    logger.setLevel(Level.DEBUG);
    logger.info("step {}", 1);

    assertEquals(1, lines.list.size());
  }
}
