package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What workers say to the runs service. Only services work: a user is FORBIDDEN. The run of a
 * tenant that the service does not act for is NOT_FOUND. {@link RunWorker} does all of it.
 *
 * <p>A message about a run may name the agent whose runs its sender may work on: a run of another
 * one is NOT_FOUND, too. None, as a service on the bus sends it: it may work on those of any agent.
 */
public sealed interface WorkMessage<A> extends RunMessage<A> {
  /** The greatest number that an entry of an inbox may have: exact in every language. */
  long MOST_AFTER = (1L << 53) - 2;

  @Override
  Caller.Service caller();

  /**
   * Claims the next runs of an agent, of the tenants that the service acts for. It waits for the
   * first of them only.
   *
   * @param worker names the worker
   * @param waitMs how long to wait for a run, in ms: 0 to {@link #MOST_WAIT}
   * @param most runs: 1 to {@link #MOST_RUNS}
   */
  record Claim(Caller.Service caller, String agent, String worker, long waitMs, int most)
      implements WorkMessage<Claimed> {
    public static final long MOST_WAIT = 30_000;
    public static final int MOST_RUNS = 8;
    private static final Duration ANSWER = Duration.ofSeconds(10);

    public Claim(Caller.Service caller, String agent, String worker, long waitMs) {
      this(caller, agent, worker, waitMs, 1);
    }

    public Claim {
      most = most == 0 ? 1 : most; // of a worker of before
      check(most >= 1 && most <= MOST_RUNS, "most: 1 to " + MOST_RUNS);
      Objects.requireNonNull(caller, "caller");
      Names.id(agent, "agent");
      Names.id(worker, "worker");
      check(waitMs >= 0 && waitMs <= MOST_WAIT, "waitMs: 0 to " + MOST_WAIT);
    }

    /** Returns the same claim, with another time to wait. */
    public Claim waiting(long ms) {
      return new Claim(caller, agent, worker, ms, most);
    }

    /** Another instance would claim another run. */
    @Override
    public boolean repeatable() {
      return false;
    }

    @Override
    public boolean waits() {
      return waitMs > 0;
    }

    @Override
    public Duration patience(Duration usual) {
      return ANSWER.plusMillis(waitMs);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.claim(this);
    }
  }

  /**
   * The answer to a claim.
   *
   * @param work none: no run waits
   * @param more runs beside the first, if more than one was wanted
   */
  record Claimed(@Nullable Work work, List<Work> more) implements BusValue {
    public Claimed {
      more = more == null ? List.of() : List.copyOf(more); // none: a node of before
    }

    /** The runs, all of them. */
    public List<Work> all() {
      return work == null ? List.of() : Stream.concat(Stream.of(work), more.stream()).toList();
    }

    @Override
    public int answerBytes() {
      return all().stream().mapToInt(each -> each.input().length()).sum();
    }
  }

  /**
   * A run that a worker has.
   *
   * @param generation which every message about it carries
   * @param next the number of its first batch
   * @param leaseMs after which a worker that gives no sign of life loses it
   * @param input AG-UI's {@code RunAgentInput} as JSON
   */
  record Work(RunView run, long generation, long next, long leaseMs, String input)
      implements BusValue {}

  /**
   * Adds events to a run. It is stored once, however often it is sent; sent again it has to be the
   * same. FENCED if somebody else has the run, CONFLICT if it is over or the number is that of
   * another batch, OUT_OF_SEQUENCE, BAD_REQUEST or TOO_LARGE with the event's index and the rule
   * that it breaks, RATE_LIMITED while a batch of the run is under way.
   *
   * @param n the batch's number, as the answer before said
   * @param events AG-UI events as JSON, in order: 1 to {@link #MOST_EVENTS}, {@link #MOST_CHARS}
   *     characters together
   * @param after the number of the last {@link InboxEntry} that the worker has, 0 for none: the
   *     answer has what follows. None: it has nothing, as for a worker of an older build
   */
  record Events(
      Caller.Service caller,
      String tenant,
      String run,
      long generation,
      long n,
      List<String> events,
      @Nullable String agent,
      @Nullable Long after)
      implements WorkMessage<Taken> {
    public static final int MOST_EVENTS = 256;
    public static final int MOST_CHARS = 1 << 20;
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** Of a worker that hears nothing. */
    public Events(
        Caller.Service caller,
        String tenant,
        String run,
        long generation,
        long n,
        List<String> events) {
      this(caller, tenant, run, generation, n, events, null, null);
    }

    public Events {
      checked(caller, tenant, run);
      checkAfter(after);
      events = List.copyOf(events);
      long chars = events.stream().mapToLong(String::length).sum();
      check(n >= 1, "n: from 1");
      check(
          !events.isEmpty() && events.size() <= MOST_EVENTS && chars <= MOST_CHARS,
          "events: 1 to " + MOST_EVENTS + ", at most " + MOST_CHARS + " characters together");
    }

    /** Texts that grow are held for a while: another instance would not be faster. */
    @Override
    public boolean waits() {
      return true;
    }

    @Override
    public Duration patience(Duration usual) {
      return usual.compareTo(ANSWER) < 0 ? usual : ANSWER;
    }

    /** The node that took the batch before has the run in memory; others read it from Redis. */
    @Override
    public String preference() {
      return run;
    }

    @Override
    public int weight() {
      return events.stream().mapToInt(String::length).sum();
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.events(this);
    }
  }

  /**
   * The answer to events.
   *
   * @param next the number of the next batch
   * @param over whether the run has come to its end with this batch
   * @param cancelled whether the worker is to come to an end
   * @param inbox what was said after what the worker has, if it asks for that: some of it
   */
  record Taken(long next, boolean over, boolean cancelled, List<InboxEntry> inbox)
      implements BusValue {
    public Taken {
      inbox = inbox == null ? List.of() : List.copyOf(inbox); // none: a node of before
    }

    @Override
    public int answerBytes() {
      return bytes(inbox);
    }
  }

  /**
   * Renews a lease. FENCED if somebody else has the run, CONFLICT if it is over.
   *
   * @param waitMs how long to wait for a cancel, or for something that is said, in ms: 0 to {@link
   *     #MOST_WAIT}, but no longer than half the lease
   * @param after as that of {@link Events}
   */
  record Beat(
      Caller.Service caller,
      String tenant,
      String run,
      long generation,
      @Nullable String agent,
      long waitMs,
      @Nullable Long after)
      implements WorkMessage<Held> {
    public static final long MOST_WAIT = 30_000;
    private static final Duration ANSWER = Duration.ofSeconds(5);

    public Beat(Caller.Service caller, String tenant, String run, long generation) {
      this(caller, tenant, run, generation, null, 0, null);
    }

    /** Of a worker that hears nothing. */
    public Beat(
        Caller.Service caller,
        String tenant,
        String run,
        long generation,
        @Nullable String agent,
        long waitMs) {
      this(caller, tenant, run, generation, agent, waitMs, null);
    }

    public Beat {
      checked(caller, tenant, run);
      checkAfter(after);
      check(waitMs >= 0 && waitMs <= MOST_WAIT, "waitMs: 0 to " + MOST_WAIT);
    }

    @Override
    public boolean waits() {
      return waitMs > 0;
    }

    @Override
    public Duration patience(Duration usual) {
      return (usual.compareTo(ANSWER) < 0 ? usual : ANSWER).plusMillis(waitMs);
    }

    /** One that waits does no work: the service bounds those apart from what is under way. */
    @Override
    public int weight() {
      return waitMs > 0 ? 0 : WorkMessage.super.weight();
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.beat(this);
    }
  }

  /**
   * The answer to a beat.
   *
   * @param cancelled whether the worker is to come to an end
   * @param inbox as that of {@link Taken}
   */
  record Held(boolean cancelled, List<InboxEntry> inbox) implements BusValue {
    public Held {
      inbox = inbox == null ? List.of() : List.copyOf(inbox); // none: a node of before
    }

    @Override
    public int answerBytes() {
      return bytes(inbox);
    }
  }

  /** Gives a run back. It waits again if none of its events was published. */
  record Release(
      Caller.Service caller, String tenant, String run, long generation, @Nullable String agent)
      implements WorkMessage<Released> {
    private static final Duration ANSWER = Duration.ofSeconds(2);

    public Release(Caller.Service caller, String tenant, String run, long generation) {
      this(caller, tenant, run, generation, null);
    }

    public Release {
      checked(caller, tenant, run);
    }

    /** Short: a service that just ends may drop it unanswered, and the worker has 5 s in all. */
    @Override
    public Duration patience(Duration usual) {
      return usual.compareTo(ANSWER) < 0 ? usual : ANSWER;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.release(this);
    }
  }

  /**
   * The answer to a release.
   *
   * @param queued false: its worker still has it, and is to end it
   */
  record Released(boolean queued) implements BusValue {}

  private static void checked(Caller.Service caller, String tenant, String run) {
    Objects.requireNonNull(caller, "caller");
    Names.tenant(tenant);
    Names.id(run, "run");
  }

  private static void checkAfter(@Nullable Long after) {
    check(after == null || after >= 0 && after <= MOST_AFTER, "after: 0 to " + MOST_AFTER);
  }

  private static int bytes(List<InboxEntry> inbox) {
    return inbox.stream().mapToInt(entry -> entry.data().length()).sum();
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, problem);
    }
  }
}
