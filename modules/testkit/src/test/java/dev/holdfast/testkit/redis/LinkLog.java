package dev.holdfast.testkit.redis;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;

/** What links log, from now on until it is closed. */
final class LinkLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.holdfast.redis");
  private final List<String> lines = new CopyOnWriteArrayList<>();

  LinkLog() {
    start();
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    lines.add(event.getFormattedMessage());
  }

  /** Waits for a line that has all these parts. */
  void await(String... parts) {
    Awaitility.await()
        .until(() -> lines.stream().anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
  }

  boolean has(String part) {
    return lines.stream().anyMatch(line -> line.contains(part));
  }

  @Override
  public void close() {
    logger.detachAppender(this);
  }
}
