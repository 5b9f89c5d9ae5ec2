package dev.holdfast.loadtest.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.FromWorker.Progress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RecorderTest {
  private static final long SECOND = 1_000_000;

  private long now = 100 * SECOND;
  private final Recorder recorder = new Recorder(() -> now);

  @Test
  void latenciesCountFromTheBeginOfTheMeasuring() {
    second("delivery.a", 10);
    second("delivery.a", 20);
    now += SECOND / 2;
    recorder.open("");
    second("delivery.a", 30);
    second("delivery.a", 40);

    // What was reported of the second in which the measuring began may be older than it.
    assertEquals(1, recorder.series().get("delivery.a").getTotalCount());
    assertEquals(40, recorder.series().get("delivery.a").getMaxValue());
  }

  @Test
  void thoseOfConnectingCountFromTheStart() {
    second("connect.a", 10);

    assertEquals(1, recorder.series().get("connect.a").getTotalCount());
  }

  @Test
  void aWindowHasSeriesOfItsOwn() {
    second("delivery.a", 10);
    recorder.open("");
    recorder.open("alone.");
    second("delivery.a", 20);
    second("delivery.a", 30);
    now += SECOND / 2;
    recorder.close("alone.");
    second("delivery.a", 40);
    second("delivery.a", 50);

    assertEquals(4, recorder.series().get("delivery.a").getTotalCount());
    assertEquals(2, recorder.series().get("alone.delivery.a").getTotalCount());
    assertEquals(30, recorder.series().get("alone.delivery.a").getMaxValue());
    assertNull(recorder.series().get("beside.delivery.a"));
  }

  @Test
  void aSecondHasTheDeliveriesOfAllGroupsOnce() {
    second("delivery.a", 10, 20);
    second("delivery.b", 30);
    second("ack.f", 40);

    assertEquals(3, recorder.takeSecond().getTotalCount());
    assertEquals(0, recorder.takeSecond().getTotalCount());
  }

  /** A second later, a worker reports it. */
  private void second(String series, long... micros) {
    now += SECOND;
    recorder.add(
        null,
        new Progress(now, Counters.NONE, Map.of(), Map.of(), Map.of(series, text(micros)), 0, 0));
  }

  private static String text(long... micros) {
    var histogram = new Histogram(3);
    Arrays.stream(micros).forEach(histogram::recordValue);
    var bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(bytes);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
  }
}
