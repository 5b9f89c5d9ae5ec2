package dev.holdfast.nodes;

import static dev.holdfast.nodes.Cluster.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When pages are renewed, by a clock that goes from timer to timer. */
class RenewalsTest {
  private static final NodeId NODE = new NodeId("n1", 1);
  private static final long PERIOD_MS = 3_600_000;
  private static final int PAGES = 280;
  private static final int NODES = 100;

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final ServiceClient sessions = ServiceClient.local(bus, Duration.ofSeconds(10));
  private final AtomicLong now = new AtomicLong(1);
  private final BlockingQueue<Timer> timers = new LinkedBlockingQueue<>();
  private int asked;

  private record Timer(long ms, Runnable step) {}

  @BeforeEach
  void serve() {
    await(bus.<SessionMessage.Renew>serve("sessions", this::renew).completion());
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private Future<Answer.Renewed> renew(SessionMessage.Renew message) {
    asked++;
    String next = asked % PAGES == 0 ? null : "acme:" + asked;
    return Future.succeededFuture(new Answer.Renewed(50, 0, PAGES, next));
  }

  private Renewals renewals() {
    return new Renewals(
        (ms, step) -> timers.add(new Timer(ms, step)),
        now::get,
        sessions,
        NODE,
        Duration.ofMillis(PERIOD_MS),
        () -> false);
  }

  private Timer next() {
    try {
      return timers.poll(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Lets the time of a timer pass, and the page be answered. */
  private Timer after(Timer timer) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(timer.ms()));
    timer.step().run();
    return next();
  }

  /** They went at once: with a hundred thousand sessions, 140,000 commands were outstanding. */
  @Test
  void pagesAreSpreadOverHalfThePeriodAndTheNextRoundBeginsWithTheNext() {
    renewals().start();
    Timer timer = after(next());
    long begun = now.get();
    for (int page = 1; page < PAGES; page++) {
      assertEquals(PERIOD_MS / 2 / PAGES, timer.ms());
      timer = after(timer);
    }
    assertEquals(PAGES, asked);
    long took = TimeUnit.NANOSECONDS.toMillis(now.get() - begun);
    assertTrue(took > PERIOD_MS * 4 / 10 && took <= PERIOD_MS / 2, "took " + took);
    assertEquals(PERIOD_MS, took + timer.ms());
  }

  /** Nodes that are started together would ask Redis for all their sessions together. */
  @Test
  void eachNodeBeginsAtAnotherMomentOfThePeriod() {
    List<Integer> begunInTenth = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      renewals().start();
      long begins = next().ms();
      assertTrue(begins >= 1 && begins <= PERIOD_MS, "begins after " + begins);
      begunInTenth.add((int) ((begins - 1) * 10 / PERIOD_MS));
    }
    long used = begunInTenth.stream().distinct().count();
    assertTrue(used >= 5, "of ten parts of the period: " + begunInTenth);
  }
}
