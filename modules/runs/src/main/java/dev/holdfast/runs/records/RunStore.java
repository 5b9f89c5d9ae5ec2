package dev.holdfast.runs.records;

import dev.holdfast.channels.Publisher;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.runs.config.RunsConfig;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs in Redis: what is in the slot of a run's channel, the truth of it. One method per script;
 * each is atomic, safe to repeat, and they reach Redis in the order of the calls. Used on the
 * context of its link; failures are the link's, NOT_FOUND if there is no such run, and those that
 * are named here.
 */
public final class RunStore {
  private static final Script CREATE = script("run_create");
  private static final Script CLAIM = script("run_claim");
  private static final Script BEAT = script("run_beat");
  private static final Script SNAP = script("run_snap");
  private static final Script CANCEL = script("run_cancel");
  private static final Script REQUEUE = script("run_requeue");
  private static final Script END = script("run_end");
  private static final Script CLOSE = script("run_close");
  private static final Script FORGET = Script.of("runs", "run_forget");

  /** Longer than a run and everything that may come late of it. */
  public static final Duration BACKSTOP = Duration.ofHours(72);

  /** An input is kept so long after the end: nobody makes the run's snapshot anew then. */
  private static final Duration KEEP_INPUT = Duration.ofMinutes(1);

  /** Of {@code run_close}: this call has closed it. */
  private static final long CLOSED_NOW = 2;

  private final RedisLink link;
  private final RunsConfig config;

  public RunStore(RedisLink link, RunsConfig config) {
    this.link = link;
    this.config = config;
  }

  /**
   * A start.
   *
   * @param fresh false: it was started before
   */
  public record Created(RunRecord run, boolean fresh) {}

  /**
   * A run that a worker has.
   *
   * @param published the number of its publications so far
   */
  public record Claimed(RunRecord run, long published, String input) {}

  /**
   * A lease.
   *
   * @param until Redis ms
   * @param cancelled whether the worker is to come to an end
   * @param length ms
   */
  public record Held(long until, boolean cancelled, long length) {}

  /**
   * A run folded into one document.
   *
   * @param at in the run's log
   * @param published the number of its publications up to there
   * @param announced the number of its owner's events up to there
   */
  public record Kept(Position at, long published, long announced, byte[] document) {}

  /**
   * How a run ends.
   *
   * @param byThis false: it had ended before, otherwise
   */
  public record Ended(RunRecord run, boolean byThis) {}

  /** Makes a run; fails with CONFLICT if its id has another input, or another agent. */
  public Future<Created> create(RunSpec spec) {
    return create(spec, false);
  }

  /**
   * As before.
   *
   * @param held whether it waits for its thread, and so for no worker yet
   */
  public Future<Created> create(RunSpec spec, boolean held) {
    RunKey run = spec.key();
    List<Object> args = new ArrayList<>(27);
    args.add(ShardValue.DEADLINE);
    args.add(ShardValue.FULL);
    args.add(spec.digest());
    args.add(spec.input());
    args.add(BACKSTOP.toMillis());
    args.addAll(RunFields.of(spec));
    if (held) {
      args.addAll(List.of("held", RunFields.name(spec.busy())));
    }
    return CREATE
        .run(link, List.of(record(run), Keys.runInput(run.channel())), args)
        .map(reply -> created(run, reply));
  }

  public Future<Optional<RunRecord>> get(RunKey run) {
    return link.send("HGETALL", record(run)).map(reply -> RunFields.record(run, reply));
  }

  /** Returns the input that the run was started with; none once it is long over. */
  public Future<@Nullable String> input(RunKey run) {
    return link.send("GET", Keys.runInput(run.channel())).map(Reply::textIfAny);
  }

  /**
   * Claims a run that waits for a worker.
   *
   * @param claim a fresh id; with the same one it is the same claim
   * @return empty if it waits no more, or never was
   */
  public Future<Optional<Claimed>> claim(RunKey run, String worker, String claim) {
    List<String> keys = List.of(record(run), Keys.runInput(run.channel()), publisher(run));
    return CLAIM
        .run(link, keys, List.of(ShardValue.DEADLINE, worker, claim, BACKSTOP.toMillis()))
        .map(reply -> claimed(run, reply));
  }

  /**
   * Renews a lease; fails with FENCED if somebody else has the run, with CONFLICT if it is over.
   *
   * @param active whether events came since the last beat
   */
  public Future<Held> beat(RunKey run, long generation, boolean active) {
    return beat(run, generation, active, null);
  }

  /** Renews a lease; fails with NOT_FOUND, too, if the run is another agent's than a given one. */
  public Future<Held> beat(RunKey run, long generation, boolean active, @Nullable String agent) {
    List<Object> args = List.of(generation, active ? 1 : 0, agent == null ? "" : agent);
    return BEAT.run(link, List.of(record(run)), args).map(RunStore::held);
  }

  /**
   * Keeps a snapshot, unless a later one is there, and trims the log behind the one before; fails
   * with FENCED if somebody else has the run.
   */
  public Future<Void> snap(RunKey run, long generation, Kept snapshot) {
    List<Object> args =
        List.of(
            ShardValue.FULL,
            generation,
            snapshot.at().epoch(),
            snapshot.at().seq(),
            snapshot.published(),
            snapshot.announced(),
            snapshot.document(),
            BACKSTOP.toMillis(),
            config.keepEvents().toMillis());
    List<String> keys =
        List.of(
            record(run),
            Keys.runSnapshot(run.channel()),
            Keys.meta(run.channel()),
            Keys.log(run.channel()));
    return SNAP.run(link, keys, args).map(reply -> snapped(reply.asText()));
  }

  /** Returns the last snapshot that was kept; none: there was none yet, or it is long over. */
  public Future<@Nullable Kept> snapshot(RunKey run) {
    return link.send("HMGET", Keys.runSnapshot(run.channel()), "e", "s", "n", "u", "d")
        .map(RunStore::kept);
  }

  /** Returns whether there is a log of the run; it goes together with the snapshot. */
  public Future<Boolean> hasLog(RunKey run) {
    return link.send("EXISTS", Keys.log(run.channel())).map(reply -> reply.asLong() == 1);
  }

  /** Returns the number of publications in a run's log, as its publisher has it. */
  public Future<Long> published(RunKey run) {
    return link.send("HGET", publisher(run), "n").map(reply -> reply.longOr(0));
  }

  /** Notes that a run is to be cancelled. A run that is over stays as it is. */
  public Future<RunRecord> cancel(RunKey run, String by, String why) {
    return CANCEL.run(link, List.of(record(run)), List.of(by, why)).map(reply -> found(run, reply));
  }

  /** A worker gives a run back; empty if events of it are published, so that it can't be. */
  public Future<Optional<RunRecord>> release(RunKey run, long generation) {
    return release(run, generation, null);
  }

  /** As before; fails with NOT_FOUND, too, if the run is another agent's than a given one. */
  public Future<Optional<RunRecord>> release(RunKey run, long generation, @Nullable String agent) {
    return requeue(run, generation, "release", agent);
  }

  /**
   * Lets a run wait again whose worker is lost; empty if it has to end: events of it are published,
   * it is cancelled, or it was lost too often. Fails with CONFLICT if the lease has not passed.
   */
  public Future<Optional<RunRecord>> lost(RunKey run, long generation) {
    return requeue(run, generation, "lost", null);
  }

  private Future<Optional<RunRecord>> requeue(
      RunKey run, long generation, String why, @Nullable String agent) {
    List<Object> args = List.of(generation, why, BACKSTOP.toMillis(), agent == null ? "" : agent);
    return REQUEUE
        .run(link, List.of(record(run), publisher(run)), args)
        .map(reply -> requeued(run, reply));
  }

  /**
   * Decides how a run ends; fails with FENCED if somebody else has it, with CONFLICT if the cause
   * is not so.
   *
   * @param terminal the event that ends it, as JSON
   */
  public Future<Ended> end(
      RunKey run, long generation, EndCause cause, RunRecord.End how, String terminal) {
    return end(run, generation, cause, how, terminal, 0);
  }

  /**
   * Ends a run as its worker says; fails as the other ends do, and with OUT_OF_SEQUENCE if the log
   * has not as many publications.
   *
   * @param published the number of publications before the terminal event
   */
  public Future<Ended> endAsSaid(
      RunKey run, long generation, RunRecord.End how, String terminal, long published) {
    return end(run, generation, EndCause.WORKER, how, terminal, published);
  }

  private Future<Ended> end(
      RunKey run, long generation, EndCause cause, RunRecord.End how, String terminal, long n) {
    List<Object> args =
        List.of(
            generation, cause.code(), how.outcome(), how.code(), terminal, BACKSTOP.toMillis(), n);
    return END.run(link, List.of(record(run), publisher(run)), args)
        .map(reply -> new Ended(found(run, reply), reply.at(0).asText().equals("ending")));
  }

  /** Closes a run whose end was announced to all; false: it is not ending. */
  public Future<Boolean> close(RunKey run) {
    return closed(run).map(answer -> answer > 0);
  }

  /** Does so, too; false: it was closed before, or is not ending. */
  Future<Boolean> closeOnce(RunKey run) {
    return closed(run).map(answer -> answer == CLOSED_NOW);
  }

  private Future<Long> closed(RunKey run) {
    List<Object> args =
        List.of(config.keep().toMillis(), KEEP_INPUT.toMillis(), config.keepSnapshot().toMillis());
    List<String> keys =
        List.of(
            record(run),
            Keys.runInput(run.channel()),
            Keys.runSnapshot(run.channel()),
            Keys.log(run.channel()),
            Keys.runInbox(run.channel()));
    return CLOSE.run(link, keys, args).map(Reply::asLong);
  }

  /** Deletes what a run has said, but not its record; false: it goes on, nothing is deleted. */
  public Future<Boolean> forget(RunKey run) {
    List<String> keys =
        List.of(
            record(run),
            Keys.runInput(run.channel()),
            Keys.runSnapshot(run.channel()),
            Keys.log(run.channel()),
            Keys.runInbox(run.channel()));
    return FORGET.run(link, keys, List.of()).map(reply -> reply.asLong() == 1);
  }

  private static Created created(RunKey run, Reply reply) {
    if (reply.at(0).asText().equals("conflict")) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.CONFLICT, "run: the id has another input, or another agent");
    }
    return new Created(found(run, reply), reply.at(0).asText().equals("made"));
  }

  private static Optional<Claimed> claimed(RunKey run, Reply reply) {
    return reply.size() < 4
        ? Optional.empty()
        : RunFields.record(run, reply.at(3))
            .map(of -> new Claimed(of, reply.at(1).asLong(), reply.at(2).asText()));
  }

  private static Held held(Reply reply) {
    refuse(reply);
    return new Held(reply.at(1).asLong(), !reply.at(2).asText().isEmpty(), reply.at(3).asLong());
  }

  private static Optional<RunRecord> requeued(RunKey run, Reply reply) {
    refuse(reply);
    return reply.at(0).asText().equals("final")
        ? Optional.empty()
        : RunFields.record(run, reply.at(1));
  }

  private static RunRecord found(RunKey run, Reply reply) {
    refuse(reply);
    return RunFields.record(run, reply.at(1)).orElseThrow(RunStore::notFound);
  }

  private static Void snapped(String answer) {
    if (answer.equals("fenced")) {
      throw fenced();
    }
    if (answer.equals("ahead")) {
      throw new HoldfastException(ErrorCode.OUT_OF_SEQUENCE, "snapshot: ahead of its log");
    }
    return null;
  }

  private static @Nullable Kept kept(Reply reply) {
    return reply.at(0).isNull()
        ? null
        : new Kept(
            new Position(reply.at(0).asText(), reply.at(1).asLong()),
            reply.at(2).asLong(),
            reply.at(3).asLong(),
            reply.at(4).bytes());
  }

  private static void refuse(Reply reply) {
    if (reply.size() == 0) {
      throw notFound();
    }
    switch (reply.at(0).asText()) {
      case "fenced" -> throw fenced();
      case "behind" ->
          throw new HoldfastException(ErrorCode.OUT_OF_SEQUENCE, "run: its log has come to less");
      case "kept" -> throw new HoldfastException(ErrorCode.CONFLICT, "run: not so");
      case "over" -> {
        if (reply.size() == 1) {
          throw HoldfastException.withPublicMessage(ErrorCode.CONFLICT, "run: it has ended");
        }
      }
      default -> {}
    }
  }

  static HoldfastException notFound() {
    return HoldfastException.withPublicMessage(ErrorCode.NOT_FOUND, "run: not found");
  }

  private static HoldfastException fenced() {
    return HoldfastException.withPublicMessage(
        ErrorCode.FENCED, "run: it is another worker's, or was taken from you");
  }

  private static String record(RunKey run) {
    return Keys.run(run.channel());
  }

  private static String publisher(RunKey run) {
    return Keys.publisher(run.channel(), Publisher.RUN);
  }

  private static Script script(String name) {
    return Script.of("runs", "run_prelude", name);
  }
}
