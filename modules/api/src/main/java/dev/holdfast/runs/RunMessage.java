package dev.holdfast.runs;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceMessage;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the runs service. Immutable, safe to send again; each carries who asks. A user sees
 * and changes its own runs, a service those of the tenants that it acts for. What is not the
 * caller's is answered exactly as what never was: NOT_FOUND.
 */
public sealed interface RunMessage<A> extends ServiceMessage<A>
    permits RunMessage.Start,
        RunMessage.Get,
        RunMessage.Find,
        RunMessage.Snapshot,
        RunMessage.Cancel,
        RunMessage.Say,
        ThreadMessage,
        WorkMessage {
  /** The service's address on the bus. */
  String ADDRESS = "runs";

  /** Most characters of a reason. */
  int MOST_REASON = 256;

  @Override
  default String address() {
    return ADDRESS;
  }

  Caller caller();

  @Override
  default boolean repeatable() {
    return true;
  }

  /**
   * Starts a run; one that was started before is answered as it is now. A user needs the permission
   * {@code run:<agent>}. FORBIDDEN without, or for somebody else; BAD_REQUEST, TOO_LARGE for its
   * input; CONFLICT if the id has another input, or the thread another run (see {@link Busy}), or
   * if the input does not answer by its {@code resume} just the questions that the thread's last
   * run has left open; LIMIT_EXCEEDED if there are too many.
   *
   * @param owner whose run it is; none: the user who asks
   * @param threadId 1 to 256 characters, the client's own, as {@code runId}
   * @param input AG-UI's {@code RunAgentInput} as JSON, at most 1 MiB, with the same two ids
   * @param dismisses whether it starts whatever questions are open
   * @param busy what becomes of it if its thread has a run; none, as of older builds: REJECT
   */
  record Start(
      Caller caller,
      String tenant,
      @Nullable String owner,
      String agent,
      String threadId,
      String runId,
      String input,
      boolean dismisses,
      @Nullable Busy busy)
      implements RunMessage<RunView> {
    public Start {
      Objects.requireNonNull(caller, "caller");
      Names.tenant(tenant);
      Names.id(agent, "agent");
      Objects.requireNonNull(threadId, "threadId");
      Objects.requireNonNull(runId, "runId");
      Objects.requireNonNull(input, "input");
    }

    @Override
    public int weight() {
      return input.length();
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.start(this);
    }
  }

  /** Reads a run as it is now. */
  record Get(Caller caller, String tenant, String run) implements RunMessage<RunView> {
    public Get {
      checked(caller, tenant, run);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.get(this);
    }
  }

  /**
   * Finds a run of the user by the ids that its client gave. What is not there is no error: the
   * answer is empty.
   *
   * @param runId none: the run that the thread has now, or else its last one
   */
  record Find(Caller.User caller, String tenant, String threadId, @Nullable String runId)
      implements RunMessage<RunFound> {
    public Find {
      Objects.requireNonNull(caller, "caller");
      Names.tenant(tenant);
      Objects.requireNonNull(threadId, "threadId");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.find(this);
    }
  }

  /**
   * Reads a run folded into one document, up to a position of its log. Whoever may read the run's
   * channel may do so, too. NOT_FOUND also if the run is over and nothing of it is kept.
   */
  record Snapshot(Caller caller, String tenant, String run) implements RunMessage<RunSnapshot> {
    public Snapshot {
      checked(caller, tenant, run);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.snapshot(this);
    }
  }

  /**
   * Cancels a run: at once if it waits, otherwise within its grace. Answers the run as it is then;
   * one that is over stays as it is.
   */
  record Cancel(Caller caller, String tenant, String run, String reason)
      implements RunMessage<RunView> {
    public Cancel {
      checked(caller, tenant, run);
      if (reason.length() > MOST_REASON) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST, "reason: at most " + MOST_REASON + " characters");
      }
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.cancel(this);
    }
  }

  /**
   * Says something to a run that goes on: its worker gets each entry once, in order. What was said
   * before is not said again; all of it is taken, or nothing. A user needs the permission {@code
   * run:<agent>}, too: FORBIDDEN without. CONFLICT if the run ends, or is cancelled, if its agent
   * hears nothing, or if an id was said before with another content: so the first answer counts.
   * BAD_REQUEST, TOO_LARGE for an entry, with its index; LIMIT_EXCEEDED if more waits than may.
   *
   * @param said JSON objects, 1 to {@link #MOST}: user messages as AG-UI has them; or {@code {id,
   *     status, payload}}, answers to the questions {@code id}, with {@code status} {@code
   *     resolved} or {@code cancelled}
   */
  record Say(Caller caller, String tenant, String run, InboxEntry.Kind kind, List<String> said)
      implements RunMessage<RunView> {
    /** Most entries at a time. */
    public static final int MOST = 16;

    public Say {
      checked(caller, tenant, run);
      Objects.requireNonNull(kind, "kind");
      said = List.copyOf(said);
      if (said.isEmpty() || said.size() > MOST) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST,
            (kind == InboxEntry.Kind.ANSWER ? "answers" : "messages") + ": 1 to " + MOST);
      }
    }

    @Override
    public int weight() {
      return said.stream().mapToInt(String::length).sum();
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.say(this);
    }
  }

  private static void checked(Caller caller, String tenant, String run) {
    Objects.requireNonNull(caller, "caller");
    Names.tenant(tenant);
    Names.id(run, "run");
  }

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R start(Start message);

    R get(Get message);

    R find(Find message);

    R snapshot(Snapshot message);

    R cancel(Cancel message);

    R say(Say message);

    R thread(ThreadMessage<?> message);

    R claim(WorkMessage.Claim message);

    R events(WorkMessage.Events message);

    R beat(WorkMessage.Beat message);

    R release(WorkMessage.Release message);
  }

  <R> R dispatch(Handler<R> handler);
}
