package dev.holdfast.loadtest.worker.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.Share;
import dev.holdfast.loadtest.worker.measure.Timing;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class OpenFlowTest {
  private static final long START = 1_000_000;
  private static final long MILLIS = 1_000;
  private static final int CHANNELS = 7;
  private static final double RATE = 500;

  private final List<Publication> sent = new ArrayList<>();
  private final List<Promise<Void>> answers = new ArrayList<>();
  private final PublishCounters counters = new PublishCounters();

  @Test
  void eachPublicationOfTheWholeFlowIsSentOnceAtItsTimeByOneLoop() {
    for (int worker = 0; worker < 2; worker++) {
      for (int loop = 0; loop < 3; loop++) {
        run(new Share(worker, 2, loop, 3));
      }
    }

    List<Long> times = sent.stream().map(Publication::intended).sorted().toList();
    List<Long> expected =
        LongStream.range(0, 500).mapToObj(k -> START + k * 1_000_000 / (long) RATE).toList();
    assertEquals(expected, times);
    for (Publication one : sent) {
      long k = (one.intended() - START) * (long) RATE / 1_000_000;
      assertEquals(ChannelName.parse("topic:g-" + k % CHANNELS), one.channel().channel.name());
      assertEquals(k / CHANNELS + 1, one.number(), "numbered by channel from 1");
    }
  }

  @Test
  void endsWhenAllIsAnsweredAndNotBefore() {
    OpenFlow flow = run(new Share(0, 1, 0, 1));
    answers.subList(1, answers.size()).forEach(Promise::complete);
    assertFalse(flow.ended().isComplete());

    answers.get(0).fail("given up");

    assertTrue(flow.ended().isComplete());
    assertEquals(500, counters.published);
    assertEquals(499, counters.acknowledged);
    assertEquals(1, counters.failed);
    assertEquals(List.of(1L), sent.get(0).channel().total().unanswered());
  }

  @Test
  void sendsNothingBeforeItsTime() {
    OpenFlow flow = flow(new Share(0, 1, 0, 1));

    flow.tick(START - 1);
    assertEquals(0, sent.size());
    flow.tick(START);
    assertEquals(1, sent.size());
    flow.tick(START + 10_000);
    assertEquals(6, sent.size());
  }

  @Test
  void whatIsMoreThanTenMillisecondsBehindIsLate() {
    // Its clock is decades after the start of this flow.
    run(new Share(0, 1, 0, 1));

    assertEquals(500, counters.late);
  }

  private OpenFlow run(Share share) {
    OpenFlow flow = flow(share);
    for (long now = START; now <= START + MILLIS * 1_000; now += 1_000) {
      flow.tick(now);
    }
    flow.tick(START + 2 * MILLIS * 1_000);
    return flow;
  }

  private OpenFlow flow(Share share) {
    int[] places = share.of(CHANNELS);
    List<Numbers> channels = Arrays.stream(places).mapToObj(OpenFlowTest::channel).toList();
    var flow = new Flow("f", "g", Flow.Target.TOPIC, CHANNELS, RATE, 0, 60, Flow.Via.BUS);
    var sender = new Sender(counters, new Recording(), new Timing(), new Clock(0), 60);
    return new OpenFlow(flow, places, channels, sender, Span.of(START, MILLIS));
  }

  private static Numbers channel(int number) {
    return new Numbers(new Channel("acme", ChannelName.parse("topic:g-" + number)));
  }

  /** Answers when the test does. */
  private final class Recording implements PublicationSink {
    @Override
    public Future<?> publish(Publication publication) {
      sent.add(publication);
      answers.add(Promise.promise());
      return answers.get(answers.size() - 1).future();
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
