package dev.holdfast.app.memory;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Publishes to many topics in turn over HTTP, at a steady rate as long as answers come. */
final class Flood implements AutoCloseable {
  private static final int PER_REQUEST = 10;
  private static final int AT_ONCE = 16;
  private static final long TICK_MS = 20;
  private static final String DATA = "\"" + "x".repeat(4_000) + "\"";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Semaphore free = new Semaphore(AT_ONCE);
  private final AtomicLong stored = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final URI target;
  private final String token;
  private final int channels;
  private final double perTick;
  private double due;
  private int next;

  Flood(URI target, String token, int channels, int perSecond) {
    this.target = target;
    this.token = token;
    this.channels = channels;
    this.perTick = perSecond * TICK_MS / 1_000.0;
    clock.scheduleAtFixedRate(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
  }

  long stored() {
    return stored.get();
  }

  long refused() {
    return refused.get();
  }

  private void tick() {
    due = Math.min(due + perTick, 50 * perTick);
    while (due >= PER_REQUEST && free.tryAcquire()) {
      due -= PER_REQUEST;
      send();
    }
  }

  private void send() {
    var body = new StringBuilder("{\"publications\":[");
    for (int i = 0; i < PER_REQUEST; i++) {
      body.append(i == 0 ? "" : ",");
      body.append("{\"channel\":\"topic:c%d\",\"event\":\"e\",\"data\":".formatted(next));
      body.append(DATA).append('}');
      next = (next + 1) % channels;
    }
    var request =
        HttpRequest.newBuilder(target)
            .header("authorization", "Bearer " + token)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.append("]}").toString()))
            .build();
    http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).whenComplete(this::answered);
  }

  private void answered(HttpResponse<String> response, Throwable failure) {
    free.release();
    if (failure == null && response.statusCode() == 200) {
      stored.addAndGet(PER_REQUEST);
    } else {
      refused.addAndGet(PER_REQUEST);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
