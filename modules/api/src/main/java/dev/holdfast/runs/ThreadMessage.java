package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requests about threads. A user has its own; a service names the owner, of a tenant that it acts
 * for (BAD_REQUEST without). What is not the caller's is answered exactly as what never was:
 * NOT_FOUND.
 */
public sealed interface ThreadMessage<A> extends RunMessage<A> {
  /** The address on the bus: nodes that do not know threads do not serve it. */
  String ADDRESS = "threads";

  /** Most threads, or runs, of an answer. */
  int MOST_LISTED = 100;

  /** Most messages of an answer. */
  int MOST_MESSAGES = 1_000;

  /** Most characters of a title. */
  int MOST_TITLE = 256;

  /** About how many bytes of messages an answer has at most; one message may be larger. */
  int MOST_BYTES = 1 << 20;

  @Override
  default String address() {
    return ADDRESS;
  }

  String tenant();

  /** Returns whose threads; none: those of the user who asks. */
  @Nullable String owner();

  /**
   * Lists threads, the one that changed last first.
   *
   * @param after what the page before gave as {@code next}; empty: from the first
   * @param limit 1 to {@link #MOST_LISTED}
   * @param bytes at most about so many of threads, but one at least; 0: as many as the limit says
   */
  record ListThreads(
      Caller caller, String tenant, @Nullable String owner, String after, int limit, int bytes)
      implements ThreadMessage<Page> {
    public ListThreads {
      checked(caller, tenant, owner);
      Objects.requireNonNull(after, "after");
      checked(limit, MOST_LISTED);
      checkedBytes(bytes);
    }

    public ListThreads(
        Caller caller, String tenant, @Nullable String owner, String after, int limit) {
      this(caller, tenant, owner, after, limit, 0);
    }

    @Override
    public <R> R answerBy(ThreadHandler<R> handler) {
      return handler.list(this);
    }
  }

  /** Reads a thread as it is now. */
  record ShowThread(Caller caller, String tenant, @Nullable String owner, String threadId)
      implements ThreadMessage<ThreadView> {
    public ShowThread {
      checked(caller, tenant, owner);
      Objects.requireNonNull(threadId, "threadId");
    }

    @Override
    public <R> R answerBy(ThreadHandler<R> handler) {
      return handler.show(this);
    }
  }

  /**
   * Gives a thread a title.
   *
   * @param title at most {@link #MOST_TITLE} characters; none or empty: it has none then
   */
  record NameThread(
      Caller caller, String tenant, @Nullable String owner, String threadId, @Nullable String title)
      implements ThreadMessage<ThreadView> {
    public NameThread {
      checked(caller, tenant, owner);
      Objects.requireNonNull(threadId, "threadId");
      if (title != null && title.length() > MOST_TITLE) {
        throw bad("title: at most " + MOST_TITLE + " characters");
      }
    }

    /** One that comes late would undo what came after it. */
    @Override
    public boolean repeatable() {
      return false;
    }

    @Override
    public <R> R answerBy(ThreadHandler<R> handler) {
      return handler.name(this);
    }
  }

  /**
   * Deletes a thread with its messages, and the events, snapshots and inputs of its runs. CONFLICT
   * while it has a run.
   */
  record DeleteThread(Caller caller, String tenant, @Nullable String owner, String threadId)
      implements ThreadMessage<Deleted> {
    public DeleteThread {
      checked(caller, tenant, owner);
      Objects.requireNonNull(threadId, "threadId");
    }

    /** One that comes late would undo what came after it. */
    @Override
    public boolean repeatable() {
      return false;
    }

    @Override
    public <R> R answerBy(ThreadHandler<R> handler) {
      return handler.delete(this);
    }
  }

  /**
   * Reads the newest messages of a thread, as its last run has left them. What a run adds that goes
   * on is in its channel.
   *
   * @param before what the page before gave, or the id of a message, of which the last counts:
   *     those before it; none: up to the last. NOT_FOUND if the thread has no such message any more
   * @param limit 1 to {@link #MOST_MESSAGES}
   * @param bytes at most so many of messages, up to {@link #MOST_BYTES}: TOO_LARGE if the next
   *     message has more; 0: as many, or one message that has more
   */
  record ListMessages(
      Caller caller,
      String tenant,
      @Nullable String owner,
      String threadId,
      @Nullable String before,
      int limit,
      int bytes)
      implements ThreadMessage<Messages> {
    public ListMessages(
        Caller caller,
        String tenant,
        @Nullable String owner,
        String threadId,
        @Nullable String before,
        int limit) {
      this(caller, tenant, owner, threadId, before, limit, 0);
    }

    public ListMessages {
      checked(caller, tenant, owner);
      Objects.requireNonNull(threadId, "threadId");
      checked(limit, MOST_MESSAGES);
      checkedBytes(bytes);
    }

    @Override
    public <R> R answerBy(ThreadHandler<R> handler) {
      return handler.messages(this);
    }
  }

  /**
   * Lists the runs of a thread, the newest first, as long as their records are kept.
   *
   * @param after the last run of the page before; none or empty: from the newest. NOT_FOUND if the
   *     thread does not remember it any more
   * @param limit 1 to {@link #MOST_LISTED}, which is also how many a thread remembers
   * @param bytes at most about so many of runs, but one at least; 0: as many as the limit says
   */
  record ListRuns(
      Caller caller,
      String tenant,
      @Nullable String owner,
      String threadId,
      @Nullable String after,
      int limit,
      int bytes)
      implements ThreadMessage<Runs> {
    public ListRuns {
      checked(caller, tenant, owner);
      Objects.requireNonNull(threadId, "threadId");
      after = after == null ? "" : after; // of a node of before
      checked(limit, MOST_LISTED);
      checkedBytes(bytes);
    }

    public ListRuns(
        Caller caller, String tenant, @Nullable String owner, String threadId, int limit) {
      this(caller, tenant, owner, threadId, null, limit, 0);
    }

    @Override
    public <R> R answerBy(ThreadHandler<R> handler) {
      return handler.runs(this);
    }
  }

  /**
   * Threads of a user.
   *
   * @param next where the next page begins; none: this is the last. A page may be shorter than was
   *     asked for, even empty, and not the last
   */
  record Page(List<ThreadView> threads, @Nullable String next) implements BusValue {
    public Page {
      threads = List.copyOf(threads);
    }

    @Override
    public int answerBytes() {
      return threads.stream().mapToInt(ThreadView::answerBytes).sum();
    }
  }

  /**
   * Messages of a thread, the oldest first.
   *
   * @param messages a JSON array of AG-UI's messages, as they were written
   * @param before what to ask with for those before; none: there are none
   * @param trimmed how many older ones its last run could not leave, as the thread was too large
   */
  record Messages(ThreadView thread, String messages, @Nullable String before, int trimmed)
      implements BusValue {
    @Override
    public int answerBytes() {
      return messages.length();
    }
  }

  /**
   * A thread that is gone.
   *
   * @param runs of how many runs the events are gone with it
   */
  record Deleted(int runs) implements BusValue {}

  /**
   * Runs of a thread.
   *
   * @param next where the next page begins, if there may be more; none, as of older builds: this is
   *     the last, or as many as were asked for
   */
  record Runs(List<RunView> runs, @Nullable String next) implements BusValue {
    public Runs {
      runs = List.copyOf(runs);
    }

    @Override
    public int answerBytes() {
      return runs.stream().mapToInt(RunView::answerBytes).sum();
    }
  }

  private static void checked(Caller caller, String tenant, @Nullable String owner) {
    Objects.requireNonNull(caller, "caller");
    Names.tenant(tenant);
    if (owner != null) {
      Names.user(owner);
    }
  }

  private static void checkedBytes(int bytes) {
    if (bytes < 0 || bytes > MOST_BYTES) {
      throw bad("bytes: 0 to " + MOST_BYTES);
    }
  }

  private static void checked(int limit, int most) {
    if (limit < 1 || limit > most) {
      throw bad("limit: 1 to " + most);
    }
  }

  private static HoldfastException bad(String why) {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, why);
  }

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface ThreadHandler<R> {
    R list(ListThreads message);

    R show(ShowThread message);

    R name(NameThread message);

    R delete(DeleteThread message);

    R messages(ListMessages message);

    R runs(ListRuns message);
  }

  <R> R answerBy(ThreadHandler<R> handler);

  @Override
  default <R> R dispatch(Handler<R> handler) {
    return handler.thread(this);
  }
}
