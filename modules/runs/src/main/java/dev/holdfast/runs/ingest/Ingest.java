package dev.holdfast.runs.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Json;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Publication;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.ingest.Loading.Loaded;
import dev.holdfast.runs.ingest.Loading.LogLostException;
import dev.holdfast.runs.records.EndCause;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes what workers send: checks it, appends it to the run's log, and notifies the owner. A batch
 * is answered when all of that is stored; sent again it is the same batch, also at another node.
 * Runs are kept in memory between their batches, but nothing depends on it. Confined to its
 * context.
 */
public final class Ingest {
  /** Most publications of a run; beyond them it can only end. */
  static final int MOST_PUBLICATIONS = 50_000;

  /** Runs that are read from Redis at a time, each with up to some 12 MiB. */
  private static final FairTurns.Bounds LOADS = new FairTurns.Bounds(8, 8, 1_024, 10_000, 0);

  private final Vertx vertx;
  private final RunStore runs;
  private final Pace pace;
  private final RunLog log;
  private final Loading loading;
  private final OwnerEvents ownerEvents;
  private final Snapshots snapshots;
  private final Finishing finishing;
  private final FairTurns loads;
  private final IngestMetrics metrics;
  private final WarmRuns warm = new WarmRuns(Runtime.getRuntime().maxMemory() / 16);

  /**
   * @param channels asks the channels service of this process
   */
  public Ingest(
      Vertx vertx,
      RunRecords records,
      RunsConfig config,
      ServiceClient channels,
      MeterRegistry registry) {
    this.vertx = vertx;
    this.runs = records.runs();
    this.pace = new Pace(config);
    this.log = new RunLog(channels);
    this.loading = new Loading(runs, log);
    this.ownerEvents = new OwnerEvents(log, config);
    this.metrics = new IngestMetrics(registry);
    this.snapshots = new Snapshots(runs, metrics);
    this.loads = new FairTurns("run-loads", LOADS, null, registry);
    this.finishing = new Finishing(records, log, loading, ownerEvents, snapshots, registry);
  }

  /** Returns about how many bytes the runs in memory take; at most a sixteenth of the heap. */
  public long warmBytes() {
    return warm.bytes();
  }

  /** Brings runs to their end whose end is decided. */
  public Finishing finishing() {
    return finishing;
  }

  /**
   * A worker's batch.
   *
   * @param n the number of its first publication: 1 more than the claim said, then what the answer
   *     before said
   * @param events AG-UI events as JSON, in order
   * @param agent whose runs the worker may work on; none: those of any
   */
  public record Batch(
      RunKey run, long generation, long n, List<String> events, @Nullable String agent) {
    public Batch {
      events = List.copyOf(events);
    }

    private boolean isFor(RunRecord found) {
      return agent == null || agent.equals(found.agent());
    }
  }

  /**
   * The answer to a batch.
   *
   * @param next the number of the next batch
   * @param over whether the run has come to its end with this batch
   * @param cancelled whether the worker is to come to an end
   */
  public record Taken(long next, boolean over, boolean cancelled) {}

  /** A batch, and the run that it is for. */
  private record Work(LiveRun live, Batch batch, List<News> before, List<Publication> stored) {}

  /**
   * Takes a batch. Fails with NOT_FOUND if the run is another agent's, FENCED if somebody else has
   * the run, CONFLICT if it is over or if the number is that of another batch, OUT_OF_SEQUENCE,
   * BAD_REQUEST or TOO_LARGE with the index of the event and the rule that it breaks, RATE_LIMITED
   * if a batch of the run is under way; nothing is stored then. After any other failure the batch
   * is to be sent again.
   */
  public Future<Taken> take(Batch batch) {
    LiveRun live = warm.get(batch.run());
    if (batch.agent() == null || live != null && batch.isFor(live.run)) {
      return begin(batch);
    }
    // Before anything shows, or disturbs, a run that is another agent's.
    return runs.get(batch.run())
        .compose(
            found ->
                found.filter(batch::isFor).isPresent()
                    ? begin(batch)
                    : Future.failedFuture(notFound()));
  }

  private Future<Taken> begin(Batch batch) {
    if (!warm.enter(batch.run())) {
      return refused(ErrorCode.RATE_LIMITED, "run: one batch at a time");
    }
    LiveRun live = warm.get(batch.run());
    boolean fits =
        live != null && live.generation() == batch.generation() && live.published + 1 == batch.n();
    Future<Taken> taken =
        fits
            ? work(new Work(Objects.requireNonNull(live), batch, List.of(), List.of()))
                .recover(failure -> behind(batch, failure))
            : cold(batch);
    return taken.onComplete(done -> warm.leave(batch.run()));
  }

  /** The log has less than this node has seen of it: the worker gets what it has. */
  private Future<Taken> behind(Batch batch, Throwable failure) {
    boolean isBehind = HoldfastException.from(failure).code() == ErrorCode.OUT_OF_SEQUENCE;
    return isBehind ? cold(batch) : Future.failedFuture(failure);
  }

  private Future<Taken> cold(Batch batch) {
    warm.drop(batch.run());
    return runs.get(batch.run())
        .compose(
            found -> {
              RunRecord run = found.orElseThrow(Ingest::notFound);
              RunRecord.End end = run.end();
              if (end != null) {
                return over(run, end, batch);
              }
              if (run.state() != RunState.RUNNING || run.generation() != batch.generation()) {
                return refused(
                    ErrorCode.FENCED, "run: it is another worker's, or was taken from you");
              }
              return loads
                  .run(batch.run().tenant(), () -> loading.load(run, batch.n() - 1))
                  .compose(loaded -> placed(loaded, batch))
                  .recover(failure -> lost(run, failure));
            });
  }

  /** The batch that ended the run may come again. */
  private Future<Taken> over(RunRecord run, RunRecord.End end, Batch batch) {
    boolean byThis =
        end.cause().equals(EndCause.WORKER.code()) && end.generation() == batch.generation();
    return byThis
        ? finishing.finish(run).map(new Taken(batch.n(), true, false))
        : Future.failedFuture(Finishing.isOver(run));
  }

  private Future<Taken> placed(Loaded loaded, Batch batch) {
    LiveRun live = loaded.live();
    if (live.published >= batch.n()) {
      // A snapshot is written after a whole batch only, so all of this one is stored.
      return Future.succeededFuture(
          new Taken(live.published + loaded.rest().size() + 1, false, false));
    }
    if (live.published + 1 < batch.n()) {
      return refused(ErrorCode.OUT_OF_SEQUENCE, "n: go on with " + (live.published + 1));
    }
    warm.put(live);
    return work(new Work(live, batch, loaded.news(), loaded.rest()));
  }

  private Future<Taken> lost(RunRecord run, Throwable failure) {
    return failure instanceof LogLostException
        ? finishing
            .end(run, EndCause.LOG_LOST)
            .transform(done -> refused(ErrorCode.CONFLICT, "run: " + failure.getMessage()))
        : Future.failedFuture(failure);
  }

  private Future<Taken> work(Work work) {
    LiveRun live = work.live();
    return Future.<Void>succeededFuture()
        .compose(begun -> announce(live, work.before()))
        .compose(announced -> append(work))
        .onFailure(failure -> warm.drop(live.run.key()));
  }

  private Future<Taken> append(Work work) {
    LiveRun live = work.live();
    Prepared batch =
        Prepared.of(live.transcript, work.batch().events(), System.currentTimeMillis());
    checkSame(batch, work.stored());
    if (live.published >= MOST_PUBLICATIONS && !batch.entries().isEmpty()) {
      return refused(
          ErrorCode.LIMIT_EXCEEDED,
          "run: more than " + MOST_PUBLICATIONS + " events; it can only end, with RUN_ERROR");
    }
    int known = Math.min(work.stored().size(), batch.entries().size());
    List<RunLog.Entry> fresh =
        batch.entries().stream().skip(known).map(Prepared.Entry::publication).toList();
    return turn(live, batch)
        .compose(
            now ->
                metrics.append(
                    () ->
                        log.append(
                            live.run.key().channel(),
                            new Publisher(Publisher.RUN, live.generation()),
                            work.batch().n() + known,
                            fresh)))
        .compose(results -> appended(work, batch, known, results))
        .compose(done -> answer(work, batch));
  }

  /** Waits until a text may grow again: what comes meanwhile makes the worker's next batch. */
  private Future<Void> turn(LiveRun live, Prepared batch) {
    if (!batch.onlyGrows()) {
      return Future.succeededFuture();
    }
    long now = now();
    long wait = live.grownAt + pace.window(live.run.key(), now) - now;
    live.grownAt = Math.max(now, now + wait);
    return wait <= 0 ? Future.succeededFuture() : vertx.timer(wait).mapEmpty();
  }

  private Future<Void> appended(Work work, Prepared batch, int known, List<Result> results) {
    if (results.stream().anyMatch(Result::duplicate)) {
      // Another node took this batch meanwhile, or another one with its number: it is compared.
      return refused(ErrorCode.UNAVAILABLE, "run: another node took a batch; send it again");
    }
    LiveRun live = work.live();
    metrics.took(work.batch().events().size(), batch.entries().size() - known);
    List<News> news = new ArrayList<>();
    for (int i = 0; i < batch.entries().size(); i++) {
      live.published++;
      Position at = i < known ? work.stored().get(i).position() : results.get(i - known).position();
      live.at = at == null ? live.at : at;
      Prepared.Entry entry = batch.entries().get(i);
      live.grew(Json.weight(EventWriter.tree(entry.event())));
      entry.news().forEach(event -> news.add(new News(event, ++live.announced, live.published)));
    }
    boolean isAllOfIt = work.stored().size() <= known;
    return announce(live, news)
        .compose(
            announced ->
                batch.terminal() == null && isAllOfIt
                    ? snapshots.writeIfDue(live, batch.shorthand())
                    : Future.succeededFuture());
  }

  private Future<Void> announce(LiveRun live, List<News> news) {
    Position at = live.at;
    return at == null || news.isEmpty()
        ? Future.succeededFuture()
        : ownerEvents.announce(live.run, news, at, live.published);
  }

  private Future<Taken> answer(Work work, Prepared batch) {
    LiveRun live = work.live();
    AguiEvent terminal = batch.terminal();
    if (terminal != null) {
      warm.drop(live.run.key());
      long next = live.published + 1;
      return finishing
          .endAsSaid(live.run, terminal, live.published)
          .map(done -> new Taken(next, true, false));
    }
    int later = work.stored().size() - batch.entries().size();
    if (later > 0) {
      warm.drop(live.run.key());
      return Future.succeededFuture(new Taken(live.published + later + 1, false, false));
    }
    return beat(live, work.batch().n() == 1)
        .map(cancelled -> new Taken(live.published + 1, false, cancelled));
  }

  /**
   * Renews the lease, and what is known of its activity, a few times before either passes.
   *
   * @param begun whether the run has had its first event
   */
  private Future<Boolean> beat(LiveRun live, boolean begun) {
    long now = now();
    RunLimits limits = live.run.limits();
    long shorter = Math.min(limits.lease().toMillis(), limits.idle().toMillis());
    if (live.beatAt != 0 && now - live.beatAt < shorter / 5) {
      return Future.succeededFuture(live.cancelled);
    }
    return runs.beat(live.run.key(), live.generation(), true)
        .map(
            held -> {
              live.beatAt = now;
              live.cancelled = held.cancelled();
              if (begun) {
                metrics.begun(held.until() - held.length() - live.run.times().created());
              }
              return held.cancelled();
            });
  }

  /** Refuses another batch under a number that is taken: its worker would believe it stored. */
  private static void checkSame(Prepared batch, List<Publication> stored) {
    int both = Math.min(batch.entries().size(), stored.size());
    for (int i = 0; i < both; i++) {
      // As it was written: a number may be written otherwise than it came.
      var ours = (ObjectNode) Json.parse(EventWriter.write(batch.entries().get(i).event()));
      var theirs = Json.parse(stored.get(i).data());
      if (theirs instanceof ObjectNode object) {
        object.remove("timestamp");
      }
      ours.remove("timestamp");
      if (!ours.equals(theirs)) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.CONFLICT, "n: it was that of another batch");
      }
    }
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }

  private static HoldfastException notFound() {
    return HoldfastException.withPublicMessage(ErrorCode.NOT_FOUND, "run: not found");
  }

  private static <T> Future<T> refused(ErrorCode code, @Nullable String message) {
    return Future.failedFuture(
        HoldfastException.withPublicMessage(code, message == null ? code.publicText : message));
  }
}
