package dev.holdfast.loadtest.run.workers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.loadtest.plan.FromWorker;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.plan.Totals;
import io.vertx.core.Future;
import io.vertx.core.http.WebSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker, as the coordinator sees it. Messages come on the event loop; the methods may be called
 * on any thread.
 */
public final class WorkerLink {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLink.class);
  private static final long SILENCE_NS = 20_000_000_000L;
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final String name;
  private final WebSocket socket;
  private final BiConsumer<WorkerLink, FromWorker.Progress> listener;
  private final Map<String, Integer> begun = new HashMap<>();
  private final Map<String, Totals.Channel> totals = new HashMap<>();
  private long clockId;
  private long clockSent;
  private long bestRoundTrip = Long.MAX_VALUE;
  private long offset;
  private boolean ready;
  private FromWorker.@Nullable Progress progress;
  private FromWorker.@Nullable Done done;
  private @Nullable String trouble;
  private long heard = System.nanoTime();
  private boolean stopped;

  /**
   * @param listener takes each progress, on the event loop
   */
  WorkerLink(String name, WebSocket socket, BiConsumer<WorkerLink, FromWorker.Progress> listener) {
    this.name = name;
    this.socket = socket;
    this.listener = listener;
    socket.textMessageHandler(this::message);
    socket.closeHandler(closed -> lost("its connection ended"));
    socket.exceptionHandler(failure -> lost(failure.toString()));
  }

  public String name() {
    return name;
  }

  /** Asks for the worker's clock. Must not be called again before the answer. */
  synchronized void askClock() {
    clockSent = Clock.micros();
    send(new ToWorker.Clock(++clockId));
  }

  synchronized boolean clockAnswered(int times) {
    return clockId >= times && clockSent == 0;
  }

  /** µs to be added to the worker's clock. */
  synchronized long offset() {
    return offset;
  }

  public synchronized long roundTrip() {
    return bestRoundTrip;
  }

  public synchronized boolean ready() {
    return ready;
  }

  /** Returns the newest; none: there was none yet. */
  public synchronized FromWorker.@Nullable Progress progress() {
    return progress;
  }

  /** Returns how it ended; none: it has not yet. */
  synchronized FromWorker.@Nullable Done done() {
    return done;
  }

  synchronized boolean idle() {
    return begun.values().stream().allMatch(count -> count == 0);
  }

  synchronized boolean idle(List<String> flows) {
    return flows.stream().allMatch(flow -> begun.getOrDefault(flow, 0) == 0);
  }

  synchronized Map<String, Totals.Channel> totals() {
    return Map.copyOf(totals);
  }

  /** Returns what keeps it from going on; none: all is well. */
  synchronized @Nullable String trouble() {
    if (trouble == null && !stopped && System.nanoTime() - heard > SILENCE_NS) {
      return name + " is silent for " + SILENCE_NS / 1_000_000_000L + " s";
    }
    return trouble;
  }

  synchronized void send(ToWorker message) {
    note(message);
    try {
      socket
          .writeTextMessage(JSON.writerFor(ToWorker.class).writeValueAsString(message))
          .onFailure(failure -> lost(String.valueOf(failure.getMessage())));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks the worker to end; its end is no failure after this. */
  synchronized void stop() {
    if (trouble == null) {
      stopped = true;
      send(new ToWorker.Stop());
    }
  }

  boolean gone() {
    return socket.isClosed();
  }

  /** Ends the connection. */
  Future<Void> close() {
    return socket.close();
  }

  private void note(ToWorker message) {
    if (message instanceof ToWorker.Publish publish) {
      publish.flows().forEach(flow -> begun.merge(flow, 1, Integer::sum));
    } else if (message instanceof ToWorker.Call call) {
      call.calls().forEach(name -> begun.merge(name, 1, Integer::sum));
    }
  }

  private void message(String text) {
    FromWorker message;
    try {
      message = JSON.readValue(text, FromWorker.class);
    } catch (JsonProcessingException e) {
      lost("it said what is not understood: " + e.getOriginalMessage());
      return;
    }
    heard(message);
    if (message instanceof FromWorker.Progress fresh) {
      listener.accept(this, fresh);
    }
  }

  private synchronized void heard(FromWorker message) {
    heard = System.nanoTime();
    if (message instanceof FromWorker.Clock clock) {
      clock(clock);
    } else if (message instanceof FromWorker.Ready) {
      ready = true;
    } else if (message instanceof FromWorker.Progress fresh) {
      progress = fresh;
    } else if (message instanceof FromWorker.Published published) {
      published.flows().forEach(this::ended);
      totals.putAll(published.totals().channels());
    } else if (message instanceof FromWorker.Called called) {
      called.calls().forEach(this::ended);
    } else if (message instanceof FromWorker.Done last) {
      done = last;
    } else if (message instanceof FromWorker.Failed failed) {
      lost(failed.message());
    }
  }

  private void ended(String flow) {
    begun.merge(flow, -1, Integer::sum);
  }

  /** The shortest of several round trips is the most exact. */
  private void clock(FromWorker.Clock answer) {
    long now = Clock.micros();
    if (answer.id() == clockId && now - clockSent < bestRoundTrip) {
      bestRoundTrip = now - clockSent;
      offset = (clockSent + now) / 2 - answer.micros();
    }
    clockSent = 0;
  }

  private synchronized void lost(String why) {
    if (trouble == null && !stopped) {
      trouble = name + " is lost: " + why;
      LOG.debug("{}", trouble);
    }
  }
}
