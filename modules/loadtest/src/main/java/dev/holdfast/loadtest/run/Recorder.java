package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.run.workers.WorkerLink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * Gathers latencies from the workers' reports: those of what is rare from all of the run, the
 * others from when the measuring began; all of them in windows, too. Any thread.
 */
final class Recorder {
  private static final long HIGHEST_MICROS = 3_600_000_000L;
  private static final int DIGITS = 3;

  /** A report that began so long before a window still belongs to it. */
  private static final long SLACK_MICROS = 100_000;

  private static final Set<String> OF_WHOLE_RUN =
      Set.of(
          "connect.",
          "resume.",
          "caughtup.",
          "start.",
          "first.",
          "tool.",
          "snapshot.",
          "lost.",
          "late.");

  /** Some of the time that counts; its series have the label before their names. */
  private static final class Window {
    final String label;
    final long from;
    long to = Long.MAX_VALUE;

    Window(String label, long from) {
      this.label = label;
      this.from = from;
    }

    boolean holds(long begin, long end) {
      return begin >= from - SLACK_MICROS && end - SLACK_MICROS <= to;
    }
  }

  private final Map<String, Histogram> series = new TreeMap<>();
  private final List<Window> windows = new ArrayList<>();
  private final Map<WorkerLink, Long> before = new HashMap<>();
  private final LongSupplier clock;
  private Histogram second = fresh();

  /**
   * @param clock µs since 1970, the coordinator's
   */
  Recorder(LongSupplier clock) {
    this.clock = clock;
  }

  /** Records under this label, too, from now on. */
  synchronized void open(String label) {
    windows.add(new Window(label, clock.getAsLong()));
  }

  synchronized void close(String label) {
    windows.stream()
        .filter(window -> window.label.equals(label) && window.to == Long.MAX_VALUE)
        .forEach(window -> window.to = clock.getAsLong());
  }

  synchronized void add(WorkerLink worker, Progress progress) {
    long end = progress.at();
    long begin = before.getOrDefault(worker, end);
    before.put(worker, end);
    progress.histograms().forEach((name, text) -> add(name, decode(text), begin, end));
  }

  private void add(String name, Histogram part, long begin, long end) {
    if (name.startsWith("delivery.")) {
      second.add(part);
    }
    boolean wholeRun = isOfWholeRun(name);
    if (wholeRun) {
      series.computeIfAbsent(name, fresh -> fresh()).add(part);
    }
    for (Window window : windows) {
      if (window.holds(begin, end) && !(wholeRun && window.label.isEmpty())) {
        series.computeIfAbsent(window.label + name, fresh -> fresh()).add(part);
      }
    }
  }

  /** Deliveries since it was last asked. */
  synchronized Histogram takeSecond() {
    Histogram taken = second;
    second = fresh();
    return taken;
  }

  /** Copies, µs. */
  synchronized Map<String, Histogram> series() {
    Map<String, Histogram> copies = new TreeMap<>();
    series.forEach((name, histogram) -> copies.put(name, histogram.copy()));
    return copies;
  }

  private static boolean isOfWholeRun(String name) {
    return OF_WHOLE_RUN.contains(name.substring(0, name.indexOf('.') + 1));
  }

  private static Histogram fresh() {
    var histogram = new Histogram(HIGHEST_MICROS, DIGITS);
    histogram.setAutoResize(true);
    return histogram;
  }

  private static Histogram decode(String text) {
    try {
      var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
      return Histogram.decodeFromCompressedByteBuffer(bytes, 0);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("not a histogram", e);
    }
  }
}
