package dev.holdfast.channels.log;

import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Channel;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Appends at a steady pace, whatever the answers do, and notes how long each took. */
public final class Appends {
  private static final long EVERY_MS = 20;

  private final ChannelStore store;
  private final Channel channel;
  private final List<Long> micros = new ArrayList<>();
  private long n;
  private int failed;

  public Appends(Vertx vertx, ChannelStore store, Channel channel) {
    this.store = store;
    this.channel = channel;
    vertx.setPeriodic(EVERY_MS, timer -> append());
  }

  private void append() {
    long sentAt = System.nanoTime();
    store
        .append(channel, new Publisher("p-appends", 1), ++n, "\"n\":1".getBytes())
        .onSuccess(done -> took(System.nanoTime() - sentAt))
        .onFailure(failure -> failed());
  }

  private synchronized void took(long nanos) {
    micros.add(TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  private synchronized void failed() {
    failed++;
  }

  /** Since the last call. */
  public synchronized int count() {
    return micros.size();
  }

  public synchronized int failures() {
    return failed;
  }

  /** Of the appends since the last call. */
  public synchronized String take() {
    List<Long> sorted = micros.stream().sorted().toList();
    micros.clear();
    return "%d appends, p50 %.1f ms, p99 %.1f ms, max %.1f ms"
        .formatted(sorted.size(), at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
  }

  private static double at(List<Long> sorted, double part) {
    int index = (int) Math.min(sorted.size() - 1, Math.floor(part * sorted.size()));
    return sorted.isEmpty() ? 0 : sorted.get(index) / 1_000.0;
  }
}
