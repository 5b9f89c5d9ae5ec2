package dev.holdfast.loadtest.worker.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.worker.clients.AttachedSession;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.Timing;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CallRunTest {
  private final List<AttachedSession> asked = new ArrayList<>();
  private final List<Promise<Object>> answers = new ArrayList<>();
  private final PublishCounters counters = new PublishCounters();
  private final Timing timing = new Timing();

  @Test
  void asksAtTheTimesOfTheSchedule() {
    CallRun run = run(new CallRun.Schedule(100, 1, 4, 0), Span.of(0, 1_000), 1_000);

    run.tick(9_999);
    assertEquals(0, asked.size());
    run.tick(10_000);
    assertEquals(1, asked.size());
    run.tick(999_999);
    assertEquals(25, asked.size(), "every fourth of a hundred");
    answers.forEach(Promise::complete);
    assertFalse(run.ended().isComplete());
    run.tick(1_000_000);
    assertTrue(run.ended().isComplete());
    assertEquals(25, counters.called);
  }

  @Test
  void neverAsksTwoQuestionsOfASession() {
    CallRun run = run(new CallRun.Schedule(1_000, 0, 1, 0), Span.of(0, 10), 3);

    run.tick(9_999);
    assertEquals(3, new HashSet<>(asked).size());
    assertEquals(3, asked.size(), "the others wait");
    answers.get(1).complete();
    run.tick(10_000);

    assertEquals(4, asked.size());
    assertEquals(asked.get(1), asked.get(3));
  }

  @Test
  void whatWaitsTooLongIsGivenUpAndNamed() {
    CallRun run = run(new CallRun.Schedule(1_000, 0, 1, 0), Span.of(0, 10), 1);
    run.tick(9_999);
    assertEquals(1, asked.size());

    run.tick(20_000_000);
    answers.get(0).fail("timeout");
    run.tick(20_001_000);

    assertTrue(run.ended().isComplete());
    assertTrue(counters.errors.counts().keySet().toString().contains("9 were given up"));
    assertEquals(1, counters.errors.counts().get("call: timeout"));
  }

  @Test
  void aWindowIsKeptFull() {
    long now = Clock.own();
    CallRun run = run(new CallRun.Schedule(0, 0, 1, 2), new Span(now, now + 60_000_000), 5);

    run.tick(now);
    assertEquals(2, asked.size());
    answers.get(0).complete();
    assertEquals(3, asked.size(), "an answer makes room for the next question");
    answers.get(1).fail("refused");
    assertEquals(3, asked.size(), "what fails waits for the tick");
    run.tick(now + 1_000);
    assertEquals(4, asked.size());
  }

  private CallRun run(CallRun.Schedule schedule, Span span, int sessions) {
    List<AttachedSession> all =
        IntStream.range(0, sessions).mapToObj(i -> new AttachedSession("s" + i, "u" + i)).toList();
    return new CallRun(schedule, span, this::ask, counters, timing, new Clock(0)).about(all);
  }

  private Future<?> ask(AttachedSession session) {
    asked.add(session);
    answers.add(Promise.promise());
    return answers.get(answers.size() - 1).future();
  }
}
