package dev.holdfast.app.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A start that waited for Redis or for members, and an end, were silent for up to 90 s. */
class WaitingTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Logger logger = (Logger) LoggerFactory.getLogger(Waiting.class);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    said.start();
    logger.addAppender(said);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(said);
    logger.setLevel(null);
  }

  @Test
  void whatIsDoneAtOnceIsNoWait() {
    assertEquals("x", Waiting.until(Future.succeededFuture("x"), LONG, () -> "nothing"));

    assertEquals(List.of(), said.list);
  }

  @Test
  void afterASecondItSaysWhatIsWaitedForNow() {
    Promise<String> promise = Promise.promise();
    var asked = new AtomicInteger();

    String done =
        Waiting.until(
            promise.future(),
            LONG,
            () -> {
              promise.complete("done");
              return "Redis " + asked.incrementAndGet();
            });

    assertEquals("done", done);
    assertEquals(
        List.of("Waiting for Redis 1, for 1 s by now"),
        said.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
  }

  @Test
  void whatIsNotDoneInTimeIsNamed() {
    Future<String> never = Promise.<String>promise().future();

    var failure =
        assertThrows(
            StartException.class,
            () -> Waiting.until(never, Duration.ofMillis(1), () -> "the members"));

    assertTrue(failure.getMessage().endsWith("waited for the members"), failure.getMessage());
  }

  @Test
  void aFailureIsTheCaller() {
    var refused = new StartException("refused", null);

    assertSame(
        refused,
        assertThrows(
            StartException.class,
            () -> Waiting.until(Future.failedFuture(refused), LONG, () -> "it")));
  }
}
