package dev.holdfast.loadtest.run.workers;

import dev.holdfast.core.Ids;
import dev.holdfast.loadtest.plan.Counters;
import dev.holdfast.loadtest.plan.FromWorker.Done;
import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.targets.TargetException;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All workers of a run: those of this machine, and those elsewhere. Methods block where they say.
 */
public final class Workers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
  private static final int MESSAGE_LIMIT = 256 << 20;
  private static final long DIAL_S = 10;
  private static final long STOP_S = 5;
  private static final long POLL_MS = 5;
  private static final int CLOCK_TRIPS = 25;

  private final WorkersConfig config;
  private final WebSocketClient client;
  private final List<LocalWorker> processes = new ArrayList<>();
  private final List<WorkerLink> links = new ArrayList<>();
  private boolean closed;

  public Workers(Vertx vertx, WorkersConfig config) {
    this.config = config;
    var options =
        new WebSocketClientOptions()
            .setMaxFrameSize(MESSAGE_LIMIT)
            .setMaxMessageSize(MESSAGE_LIMIT)
            .setConnectTimeout((int) TimeUnit.SECONDS.toMillis(DIAL_S));
    this.client = vertx.createWebSocketClient(options);
  }

  /**
   * Starts and links them; blocks.
   *
   * @param folder of the logs
   * @param listener takes each progress, on an event loop
   * @throws TargetException if one is not reachable
   */
  public void start(Path folder, BiConsumer<WorkerLink, Progress> listener)
      throws InterruptedException {
    String secret = Ids.fresh();
    synchronized (this) {
      for (int i = 1; i <= config.local() && !closed; i++) {
        processes.add(new LocalWorker("worker-" + i, folder, config, secret));
      }
    }
    for (LocalWorker process : List.copyOf(processes)) {
      links.add(link(process.process().name(), process.url(), secret, listener));
    }
    for (URI url : config.urls()) {
      links.add(link("worker " + url, url, config.secret(), listener));
    }
    for (WorkerLink link : links) {
      compareClocks(link);
    }
  }

  private WorkerLink link(
      String name, URI url, @Nullable String secret, BiConsumer<WorkerLink, Progress> listener)
      throws InterruptedException {
    var options = new WebSocketConnectOptions().setAbsoluteURI(url.toString());
    if (secret != null) {
      options.addHeader("authorization", "Bearer " + secret);
    }
    var dialled =
        client
            .connect(options)
            .map(socket -> listening(name, socket, listener))
            .toCompletionStage();
    try {
      return dialled.toCompletableFuture().get(DIAL_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new TargetException(name + " is not reachable: " + cause.getMessage());
    } catch (TimeoutException e) {
      throw new TargetException(name + " is not reachable: no answer for " + DIAL_S + " s");
    }
  }

  /**
   * Makes a link. Must be called on the event loop, so that no message comes before the listener is
   * set.
   */
  private static WorkerLink listening(
      String name, WebSocket socket, BiConsumer<WorkerLink, Progress> listener) {
    return new WorkerLink(name, socket, listener);
  }

  private static void compareClocks(WorkerLink link) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(DIAL_S);
    for (int trip = 1; trip <= CLOCK_TRIPS; trip++) {
      link.askClock();
      while (!link.clockAnswered(trip)) {
        if (System.nanoTime() > until || link.trouble() != null) {
          throw new TargetException(link.name() + " does not answer");
        }
        Thread.sleep(0, 200_000);
      }
    }
  }

  /** Sends each its share; they are ready when {@link #ready} says so. */
  public void assign(Plan plan) {
    for (int i = 0; i < links.size(); i++) {
      WorkerLink link = links.get(i);
      link.send(new ToWorker.Assign(i, links.size(), link.offset(), plan));
    }
  }

  public void send(ToWorker message) {
    links.forEach(link -> link.send(message));
  }

  public boolean ready() {
    return links.stream().allMatch(WorkerLink::ready);
  }

  /** Returns whether these flows and calls have ended. */
  public boolean idle(List<String> flows) {
    return links.stream().allMatch(link -> link.idle(flows));
  }

  public boolean done() {
    return links.stream().allMatch(link -> link.done() != null);
  }

  /** Returns whether every client has all that it is to have. */
  public boolean complete() {
    return links.stream().map(WorkerLink::done).allMatch(done -> done != null && done.complete());
  }

  /** Counts the ledgers of clients that hold a number that nobody published. */
  public long unpublished() {
    return links.stream()
        .map(WorkerLink::done)
        .filter(Objects::nonNull)
        .mapToLong(Done::unpublished)
        .sum();
  }

  public Totals totals() {
    Map<String, Totals.Channel> all = new HashMap<>();
    links.forEach(link -> all.putAll(link.totals()));
    return new Totals(all);
  }

  public List<WorkerLink> links() {
    return List.copyOf(links);
  }

  private List<Progress> progress() {
    return links.stream().map(WorkerLink::progress).filter(Objects::nonNull).toList();
  }

  public Counters counters() {
    return progress().stream().map(Progress::counters).reduce(Counters.NONE, Counters::plus);
  }

  /** Attached clients by node. */
  public Map<String, Integer> connections() {
    Map<String, Integer> sum = new HashMap<>();
    progress().forEach(p -> p.connections().forEach((node, n) -> sum.merge(node, n, Integer::sum)));
    return sum;
  }

  public Map<String, LedgerCount> ledgers() {
    Map<String, LedgerCount> sum = new HashMap<>();
    progress().forEach(p -> p.ledgers().forEach((k, n) -> sum.merge(k, n, LedgerCount::plus)));
    return sum;
  }

  /** Returns what keeps one of them from going on; none: all is well. */
  public @Nullable String trouble() {
    return links.stream()
        .map(WorkerLink::trouble)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** Ends all, in order if they do so within seconds; those of this machine in any case. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    links.forEach(WorkerLink::stop);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_S);
    while (System.nanoTime() < until && !links.stream().allMatch(WorkerLink::gone)) {
      try {
        Thread.sleep(POLL_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    links.forEach(link -> link.close().onFailure(failure -> LOG.debug("{}", link.name(), failure)));
    processes.forEach(LocalWorker::close);
  }
}
