package dev.holdfast.runs.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.EventType;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Outcome;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.run.Transcript;
import dev.holdfast.agui.run.UserEvent;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.limits.use.Use;
import dev.holdfast.limits.use.Uses;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.ingest.Loading.Loaded;
import dev.holdfast.runs.ingest.Loading.LogLostException;
import dev.holdfast.runs.records.EndCause;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecord.End;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.runs.records.ThreadKey;
import dev.holdfast.runs.usage.TokenStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings runs to their end. How a run ends is decided in its record, once; the rest is to announce
 * it: the log, the owner, the thread, the services that read {@code system:runs}. Each step may be
 * done again, by any node, until the record says that all of it was done. Confined to its context.
 */
public final class Finishing {
  private static final ChannelName RUNS = ChannelName.system("runs");
  private static final String ENDED = "run.ended";

  /**
   * Each has a run in memory, read from Redis. What waits is announced by the next sweep at the
   * latest.
   */
  private static final FairTurns.Bounds ENDS_AT_ONCE =
      new FairTurns.Bounds(16, 16, 4_096, 10_000, 0);

  private static final Set<String> ENDS =
      Set.of(EventType.RUN_ERROR.name(), EventType.RUN_FINISHED.name());

  private final RunRecords records;
  private final RunStore runs;
  private final RunLog log;
  private final Loading loading;
  private final OwnerEvents ownerEvents;
  private final Snapshots snapshots;
  private final FairTurns turns;
  private final MeterRegistry registry;
  private Uses uses = Uses.NONE;
  private Consumer<ThreadKey> next = thread -> {};
  private Function<RunKey, Future<List<InboxEntry>>> unheard =
      run -> Future.succeededFuture(List.of());
  private int underWay;

  Finishing(
      RunRecords records,
      RunLog log,
      Loading loading,
      OwnerEvents ownerEvents,
      Snapshots snapshots,
      MeterRegistry registry) {
    this.records = records;
    this.runs = records.runs();
    this.log = log;
    this.loading = loading;
    this.ownerEvents = ownerEvents;
    this.snapshots = snapshots;
    this.registry = registry;
    this.turns = new FairTurns("run-ends", ENDS_AT_ONCE, null, registry);
  }

  /** Counts what tenants use by their runs from now on. */
  public void counting(Uses wanted) {
    uses = wanted;
  }

  /**
   * Lets others have the threads of runs that ended.
   *
   * @param free takes the thread of each
   */
  public void freeing(Consumer<ThreadKey> free) {
    next = free;
  }

  /**
   * Leaves to the threads of runs that ended what was said to these and not heard.
   *
   * @param left reads it, of each run
   */
  public void leaving(Function<RunKey, Future<List<InboxEntry>>> left) {
    unheard = left;
  }

  /** Returns how many runs are being ended here, which are in memory; at most 16. */
  public int underWay() {
    return underWay;
  }

  /**
   * Ends a run as its worker says, and notifies everybody; fails with CONFLICT if it is over, with
   * OUT_OF_SEQUENCE if the log has other than so many publications.
   */
  Future<RunRecord> endAsSaid(RunRecord run, AguiEvent terminal, long published) {
    String text = EventWriter.write(terminal);
    return runs.endAsSaid(run.key(), run.generation(), how(terminal), text, published)
        .compose(this::decided);
  }

  static HoldfastException isOver(RunRecord run) {
    End end = end(run);
    return HoldfastException.withPublicMessage(
        ErrorCode.CONFLICT, "run: it has ended: " + end.outcome() + " " + end.code());
  }

  /**
   * Ends a run without its worker, and notifies everybody; fails with CONFLICT if the cause is not
   * so, with FENCED if the record has moved on.
   */
  public Future<RunRecord> end(RunRecord run, EndCause cause) {
    AguiEvent terminal = cause == EndCause.CANCELLED ? cancelled(run) : failed(cause);
    return runs.end(run.key(), run.generation(), cause, how(terminal), EventWriter.write(terminal))
        .compose(this::decided);
  }

  private Future<RunRecord> decided(RunStore.Ended ended) {
    return ended.byThis() ? finish(ended.run()) : Future.failedFuture(isOver(ended.run()));
  }

  private static AguiEvent cancelled(RunRecord run) {
    return new RunEvent.Finished(
        run.threadId(),
        run.runId(),
        null,
        Outcome.of(Outcome.CANCELLED),
        null,
        Extras.NONE.at(System.currentTimeMillis()));
  }

  private static AguiEvent failed(EndCause cause) {
    String message =
        switch (cause) {
          case WORKER_LOST -> "The agent's worker was lost.";
          case NO_WORKER -> "No worker of the agent took the run.";
          case IDLE -> "The agent sent nothing for too long.";
          case TIMED_OUT -> "The run took too long.";
          default -> "A part of the run was lost.";
        };
    return new RunEvent.Error(
        message, cause.code(), null, Extras.NONE.at(System.currentTimeMillis()));
  }

  private static End how(AguiEvent terminal) {
    if (terminal instanceof RunEvent.Error error) {
      String code = error.code();
      return End.of("error", code == null || code.length() > 64 ? "agent_error" : code);
    }
    Outcome outcome = ((RunEvent.Finished) terminal).outcome();
    String type = outcome == null ? Outcome.SUCCESS : outcome.type();
    boolean known = type.equals(Outcome.INTERRUPT) || type.equals(Outcome.CANCELLED);
    return End.of(known ? type : Outcome.SUCCESS, "");
  }

  /** Notifies everybody how a run ends, from wherever that has come to; done if it has ended. */
  public Future<RunRecord> finish(RunRecord run) {
    return run.state() == RunState.ENDING
        ? turns.run(run.key().tenant(), () -> finishNow(run))
        : Future.succeededFuture(run);
  }

  private Future<RunRecord> finishNow(RunRecord run) {
    underWay++;
    return loading
        .load(run, Long.MAX_VALUE)
        .compose(loaded -> close(run, loaded))
        .recover(failure -> closeLost(run, failure))
        .compose(live -> leave(run, live))
        .onComplete(done -> underWay--);
  }

  private Future<LiveRun> close(RunRecord run, Loaded loaded) {
    LiveRun live = loaded.live();
    if (live.transcript.end() != null) {
      return announce(live, loaded.news()).map(live);
    }
    List<News> news = new ArrayList<>(loaded.news());
    List<RunLog.Entry> entries = new ArrayList<>();
    long n = live.published;
    for (AguiEvent event : last(run, live.transcript)) {
      var accepted = live.transcript.accept(event, System.currentTimeMillis());
      entries.add(
          new RunLog.Entry(accepted.event().typeName(), EventWriter.write(accepted.event())));
      for (UserEvent follows : accepted.news()) {
        news.add(new News(follows, ++live.announced, n + entries.size()));
      }
    }
    return append(run, n + 1, entries)
        .compose(
            at -> {
              live.published = n + entries.size();
              live.at = at;
              return announce(live, news).map(live);
            });
  }

  /** What is missing of the log: the end of all that is open, and the end of the run. */
  private static List<AguiEvent> last(RunRecord run, Transcript transcript) {
    AguiEvent terminal = EventReader.read(Objects.requireNonNull(end(run).terminal()));
    List<AguiEvent> events = new ArrayList<>();
    if (terminal instanceof RunEvent.Finished) {
      if (!transcript.snapshot().hasBegun()) {
        events.add(
            new RunEvent.Started(run.threadId(), run.runId(), null, null, null, Extras.NONE));
      }
      events.addAll(transcript.closing(end(run).outcome()));
    }
    events.add(terminal);
    return events;
  }

  private static End end(RunRecord run) {
    return Objects.requireNonNull(run.end(), "how it ends is decided");
  }

  /** Two nodes may be at it: the one that comes second finds it done when it looks again. */
  private Future<Position> append(RunRecord run, long n, List<RunLog.Entry> entries) {
    return log.append(
            run.key().channel(), new Publisher(Publisher.RUN, run.generation()), n, entries)
        .map(
            results -> {
              Result last = results.get(results.size() - 1);
              if (results.stream().anyMatch(Result::duplicate) || last.position() == null) {
                throw new HoldfastException(ErrorCode.UNAVAILABLE, "run: another node ends it");
              }
              return last.position();
            });
  }

  private Future<Void> announce(LiveRun live, List<News> news) {
    Position at = live.at;
    return at == null
        ? Future.succeededFuture()
        : ownerEvents.announce(live.run, news, at, live.published);
  }

  /** A log with a hole ends with an error, whatever its worker said: nobody has the whole run. */
  private Future<LiveRun> closeLost(RunRecord run, Throwable failure) {
    if (!(failure instanceof LogLostException)) {
      return Future.failedFuture(failure);
    }
    return loading
        .remains(run)
        .compose(
            live -> {
              AguiEvent error = failed(EndCause.LOG_LOST);
              List<UserEvent> news = completed(live, error);
              return closed(run)
                  .compose(
                      closed ->
                          closed
                              ? Future.succeededFuture()
                              : appendError(run, live.published + 1, error))
                  .compose(appended -> ownerEvents.announceLost(run, news))
                  .map(live);
            });
  }

  private Future<?> appendError(RunRecord run, long n, AguiEvent error) {
    var entry = new RunLog.Entry(error.typeName(), EventWriter.write(error));
    var publisher = new Publisher(Publisher.RUN, run.generation());
    return log.append(run.key().channel(), publisher, n, List.of(entry));
  }

  /** Returns whether what is left of the log has an end: this step was done before. */
  private Future<Boolean> closed(RunRecord run) {
    return log.read(run.key().channel(), null, Long.MAX_VALUE)
        .map(left -> !left.isEmpty() && ENDS.contains(left.get(left.size() - 1).event()));
  }

  /** The owner was notified of the start when the events came that are lost. */
  private static List<UserEvent> completed(LiveRun live, AguiEvent error) {
    return live.transcript.end() != null
        ? List.of()
        : live.transcript.accept(error, System.currentTimeMillis()).news().stream()
            .filter(event -> event.name() == UserEvent.Name.AGENT_COMPLETED)
            .toList();
  }

  private Future<RunRecord> leave(RunRecord run, LiveRun live) {
    var snapshot = live.transcript.snapshot();
    AguiEvent end = snapshot.end();
    ObjectNode last = end == null ? null : EventWriter.tree(end);
    return snapshots
        .write(live)
        .recover(Finishing::unlessOlder)
        .compose(kept -> publish(run))
        .compose(published -> unheard.apply(run.key()))
        .compose(left -> records.close(run, ThreadDocument.of(run, snapshot, left), last))
        .onSuccess(byThis -> count(run, byThis, last))
        .onSuccess(done -> next.accept(run.thread()))
        .compose(done -> runs.get(run.key()))
        .map(now -> now.orElse(run));
  }

  private void count(RunRecord run, boolean byThis, @Nullable ObjectNode last) {
    if (byThis) {
      String tenant = run.key().tenant();
      uses.add(tenant, Use.RUNS, 1);
      uses.add(tenant, Use.TOKENS, last == null ? 0 : TokenStore.tokens(last.path("usage")));
      registry.counter("holdfast.runs.ended", "outcome", end(run).outcome()).increment();
    }
  }

  /**
   * Another node may have gone on, or the log may have lost its top: the end is announced anyway.
   */
  private static Future<Void> unlessOlder(Throwable failure) {
    ErrorCode code = HoldfastException.from(failure).code();
    return code == ErrorCode.OUT_OF_SEQUENCE
        ? Future.succeededFuture()
        : Future.failedFuture(failure);
  }

  private Future<Void> publish(RunRecord run) {
    End end = end(run);
    ObjectNode data = Json.object();
    data.put("run", run.key().run()).put("agent", run.agent()).put("user_id", run.owner());
    data.put("thread_id", run.threadId()).put("run_id", run.runId());
    data.put("outcome", end.outcome()).put("code", end.code()).put("attempt", run.attempt());
    data.put("created", run.times().created()).put("started", run.times().started());
    data.put("ended", end.at());
    String terminal = end.terminal();
    if (terminal != null && Json.parse(terminal).has("usage")) {
      data.set("usage", Json.parse(terminal).get("usage"));
    }
    Publisher publisher = Publisher.aboutRun(run.key().run());
    var entry = new RunLog.Entry(ENDED, Json.text(data));
    return log.publish(new Channel(run.key().tenant(), RUNS), publisher, 1, entry)
        .compose(
            result ->
                result.refused() == null
                    ? Future.succeededFuture()
                    : Future.failedFuture(result.refusal()));
  }
}
