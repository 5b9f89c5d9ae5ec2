package dev.holdfast.runs.records;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.runs.config.RunsConfig;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Threads in Redis: each has at most one active run, and the document that its last one has left. A
 * user's threads are listed by their last change, which is a hint. Used on the context of its link.
 */
public final class ThreadStore {
  /** Most threads of a user; the oldest go first. */
  public static final int MOST_THREADS = 1_000;

  /** Most runs that wait for a thread. */
  public static final int MOST_WAITING = 16;

  /** Runs of a thread that are listed; the oldest go first. */
  public static final int MOST_RUNS = 100;

  private static final Script BEGIN = Script.of("runs", "run_prelude", "thread_begin");
  private static final Script END = Script.of("runs", "run_prelude", "thread_end");
  private static final Script FORGET = Script.of("runs", "run_prelude", "thread_forget");
  private static final Script NOTE = Script.of("runs", "run_prelude", "threads_note");
  private static final Script PAGE = Script.of("runs", "threads_page");
  private static final Script TITLE = Script.of("runs", "run_prelude", "thread_title");

  /** Of {@code thread_begin}: nothing is changed. */
  private static final String LOOK = "look";

  /** Of {@code thread_begin}: a run that waits begins. */
  private static final String TURN = "turn";

  /** Threads that are deleted at one call, if there are too many. */
  private static final int MOST_FORGOTTEN = 32;

  /** Score and name of the last thread of a page. */
  private static final Pattern CURSOR = Pattern.compile("[0-9]{1,15}:[A-Za-z0-9_-]{1,64}");

  private final RedisLink link;
  private final RunsConfig config;

  public ThreadStore(RedisLink link, RunsConfig config) {
    this.link = link;
    this.config = config;
  }

  /**
   * What came of a beginning.
   *
   * @param before the run that is active, or is to be before this one; none: this one is active
   * @param held whether it waits for that, as its start wants
   */
  public record Begun(@Nullable RunKey before, boolean held) {}

  /**
   * Lets a run be the active one of its thread, or wait for that. Fails with CONFLICT if the last
   * run has left questions open that it does not answer, or if it answers others: the first answer
   * counts; with LIMIT_EXCEEDED if too many wait.
   *
   * @param over a run that may be replaced, none: no run may
   * @param began a run that is not there is replaced only if it began so long ago; zero: it has
   *     ended
   */
  public Future<Begun> beginOrWait(RunSpec spec, @Nullable RunKey over, Duration began) {
    return begin(spec, over, began, RunFields.name(spec.busy()));
  }

  /** As above; returns the run that is in the way, empty: it is done. */
  public Future<Optional<RunKey>> begin(RunSpec spec, @Nullable RunKey over, Duration began) {
    return beginOrWait(spec, over, began).map(begun -> Optional.ofNullable(begun.before()));
  }

  /** As above, if no run may be replaced. */
  public Future<Optional<RunKey>> begin(RunSpec spec) {
    return begin(spec, null, Duration.ZERO);
  }

  /** Looks whether a run could be the active one now. */
  public Future<Begun> look(RunSpec spec, @Nullable RunKey over, Duration began) {
    return begin(spec, over, began, LOOK);
  }

  /**
   * Lets a run begin that waits for its thread, as {@link #begin} does.
   *
   * @return the run that is in the way; this one itself: the thread does not know that it waits,
   *     nothing is changed; empty: it is done
   */
  public Future<Optional<RunKey>> beginInTurn(RunSpec spec, @Nullable RunKey over, Duration began) {
    return begin(spec, over, began, TURN).map(begun -> Optional.ofNullable(begun.before()));
  }

  private Future<Begun> begin(RunSpec spec, @Nullable RunKey over, Duration began, String way) {
    ThreadKey thread = spec.thread();
    List<Object> args =
        List.of(
            ShardValue.DEADLINE,
            ShardValue.FULL,
            spec.key().run(),
            over == null ? "" : over.run(),
            MOST_RUNS,
            config.threadAge().toMillis(),
            began.toMillis(),
            spec.dismisses() ? "" : Questions.answered(spec.input()),
            way,
            MOST_WAITING,
            "owner",
            spec.owner(),
            "thread",
            spec.threadId());
    return BEGIN
        .run(link, List.of(record(thread), runsKey(thread)), args)
        .compose(reply -> begun(spec, reply))
        .compose(
            begun ->
                begun.before() == null && !way.equals(LOOK)
                    ? noted(thread, spec.owner(), "").map(begun)
                    : Future.succeededFuture(begun));
  }

  private static Future<Begun> begun(RunSpec spec, Reply reply) {
    String what = reply.at(0).asText();
    return switch (what) {
      case "begun" -> Future.succeededFuture(new Begun(null, false));
      case "busy", "held" ->
          Future.succeededFuture(
              new Begun(new RunKey(spec.tenant(), reply.at(1).asText()), what.equals("held")));
      case "full" ->
          Future.failedFuture(
              HoldfastException.withPublicMessage(
                  ErrorCode.LIMIT_EXCEEDED, "thread: " + MOST_WAITING + " runs wait for it"));
      default -> Future.failedFuture(Questions.refusal(reply));
    };
  }

  /**
   * Ends the active run of a thread.
   *
   * @param document what the thread has come to
   * @param last the event that has ended it; none: it leaves no questions open
   * @return false: another run is active, or none; nothing has changed
   */
  public Future<Boolean> end(RunRecord run, byte[] document, @Nullable JsonNode last) {
    ThreadKey thread = run.thread();
    List<String> keys = List.of(record(thread), runsKey(thread), documentKey(thread));
    List<Object> args =
        List.of(
            run.key().run(), document, config.threadAge().toMillis(), Questions.open(run, last));
    return END.run(link, keys, args)
        .compose(
            reply ->
                reply.asLong() == 1
                    ? noted(thread, run.owner(), document.length).map(true)
                    : Future.succeededFuture(false));
  }

  /** As above, if no questions are left open. */
  public Future<Boolean> end(RunRecord run, byte[] document) {
    return end(run, document, null);
  }

  /** The oldest threads go, if the user has too many, or too large ones. */
  private Future<Void> noted(ThreadKey thread, String owner, Object bytes) {
    List<String> keys =
        List.of(Keys.userThreads(thread.tenant(), owner), Keys.threadSizes(thread.tenant(), owner));
    List<Object> args =
        List.of(
            thread.thread(),
            bytes,
            MOST_THREADS,
            config.threadBytes(),
            config.threadAge().toMillis(),
            MOST_FORGOTTEN);
    return NOTE.run(link, keys, args)
        .compose(
            over ->
                Future.join(
                    over.list().stream()
                        .map(old -> forget(new ThreadKey(thread.tenant(), old.asText()), owner))
                        .toList()))
        .mapEmpty();
  }

  /** Deletes a thread first, and its entries after that; one that is active keeps both. */
  private Future<?> forget(ThreadKey thread, String owner) {
    return forget(thread, owner, null, Duration.ZERO);
  }

  /** As below, whichever runs it had. */
  public Future<Boolean> forget(
      ThreadKey thread, String owner, @Nullable String over, Duration began) {
    return forget(thread, owner, over, began, null);
  }

  /**
   * Deletes a thread, unless it has a run. Its runs are not touched.
   *
   * @param over a run that does not count as one, see {@link #begin}; none: each counts
   * @param began it counts unless it began so long ago
   * @param ended runs that are over: it stays if it has another; none: it may have any
   * @return false: it has a run
   */
  public Future<Boolean> forget(
      ThreadKey thread,
      String owner,
      @Nullable String over,
      Duration began,
      @Nullable Collection<RunKey> ended) {
    List<String> keys = List.of(record(thread), runsKey(thread), documentKey(thread));
    List<Object> args = new ArrayList<>();
    args.add(ShardValue.DEADLINE);
    args.add(over == null ? "" : over);
    args.add(began.toMillis());
    if (ended != null) {
      args.add("1");
      ended.forEach(run -> args.add(run.run()));
    }
    return FORGET
        .run(link, keys, args)
        .compose(
            done ->
                done.asLong() == 1
                    ? unlisted(thread, owner).map(true)
                    : Future.succeededFuture(false));
  }

  /** A run that begins just then makes the thread anew, which is listed again. */
  private Future<Void> unlisted(ThreadKey thread, String owner) {
    String id = thread.thread();
    return Future.join(
            link.send("ZREM", Keys.userThreads(thread.tenant(), owner), id),
            link.send("HDEL", Keys.threadSizes(thread.tenant(), owner), id))
        .compose(gone -> link.send("EXISTS", record(thread)))
        .compose(
            there -> there.asLong() == 1 ? noted(thread, owner, "") : Future.succeededFuture());
  }

  /**
   * Gives a thread a title.
   *
   * @param title empty: it has none then
   * @return false: there is no such thread
   */
  public Future<Boolean> name(ThreadKey thread, String title) {
    return TITLE
        .run(link, List.of(record(thread)), List.of(ShardValue.DEADLINE, ShardValue.FULL, title))
        .map(reply -> reply.asLong() == 1);
  }

  public Future<Optional<ThreadRecord>> get(ThreadKey thread) {
    return link.send("HGETALL", record(thread)).map(reply -> found(thread, reply));
  }

  /** Returns what the last run has left; none: there is nothing. */
  public Future<byte @Nullable []> document(ThreadKey thread) {
    return link.send("GET", documentKey(thread))
        .map(reply -> reply.isNull() ? null : reply.bytes());
  }

  /** Returns a thread's runs, the newest first. */
  public Future<List<RunKey>> runs(ThreadKey thread) {
    return link.send("ZREVRANGE", runsKey(thread), 0, MOST_RUNS - 1)
        .map(
            reply ->
                reply.list().stream()
                    .map(run -> new RunKey(thread.tenant(), run.asText()))
                    .toList());
  }

  /**
   * Threads of a user.
   *
   * @param cursors where a page begins that is to come behind each of them
   * @param next where the next page begins; empty: this is the last
   */
  public record Page(List<ThreadRecord> threads, List<String> cursors, String next) {}

  /**
   * Returns a user's threads, the one that changed last first. One that changes meanwhile comes to
   * the front.
   *
   * @param after what the page before gave as next; empty: from the first. BAD_REQUEST if it is
   *     none
   * @param limit 1 to 100; a page may be shorter and yet not the last
   */
  public Future<Page> ofUser(String tenant, String user, String after, int limit) {
    if (!after.isEmpty() && !CURSOR.matcher(after).matches()) {
      return Future.failedFuture(
          HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "after: not a cursor"));
    }
    String[] cursor = after.isEmpty() ? new String[] {"", ""} : after.split(":", 2);
    return PAGE.run(
            link, List.of(Keys.userThreads(tenant, user)), List.of(cursor[0], cursor[1], limit))
        .compose(reply -> page(tenant, reply.list(), limit));
  }

  /**
   * @param listed threads and scores by turns, one more than the page has if it is not the last
   */
  private Future<Page> page(String tenant, List<Reply> listed, int limit) {
    List<Future<Optional<ThreadRecord>>> read = new ArrayList<>();
    for (int i = 0; i < listed.size() && read.size() < limit; i += 2) {
      read.add(get(new ThreadKey(tenant, listed.get(i).asText())));
    }
    String next = listed.size() <= 2 * limit ? "" : cursor(listed, 2 * limit - 2);
    return Future.all(read).map(all -> page(read, listed, next));
  }

  private static Page page(
      List<Future<Optional<ThreadRecord>>> read, List<Reply> listed, String next) {
    List<ThreadRecord> threads = new ArrayList<>();
    List<String> cursors = new ArrayList<>();
    for (int i = 0; i < read.size(); i++) {
      int at = 2 * i;
      read.get(i).result().ifPresent(threads::add);
      if (read.get(i).result().isPresent()) {
        cursors.add(cursor(listed, at));
      }
    }
    return new Page(threads, cursors, next);
  }

  private static String cursor(List<Reply> listed, int at) {
    return listed.get(at + 1).asText() + ":" + listed.get(at).asText();
  }

  private static Optional<ThreadRecord> found(ThreadKey thread, Reply flat) {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      fields.put(flat.at(i).asText(), flat.at(i + 1).asText());
    }
    String owner = fields.get("owner");
    return owner == null
        ? Optional.empty()
        : Optional.of(
            new ThreadRecord(
                thread,
                owner,
                Objects.requireNonNull(fields.get("thread"), "thread"),
                fields.get("title"),
                fields.get("active"),
                fields.get("last"),
                asked(fields),
                number(fields, "ver"),
                number(fields, "created"),
                number(fields, "changed")));
  }

  /** As {@code thread_begin} counts them. */
  private static List<String> asked(Map<String, String> fields) {
    String asked = fields.get("asked");
    boolean waits =
        !fields.containsKey("active") && Objects.equals(fields.get("askedby"), fields.get("last"));
    return asked == null || !waits
        ? List.of()
        : Questions.waiting(asked, System.currentTimeMillis());
  }

  private static long number(Map<String, String> fields, String name) {
    return Long.parseLong(fields.getOrDefault(name, "0"));
  }

  private static String record(ThreadKey thread) {
    return Keys.thread(thread.tenant(), thread.thread());
  }

  private static String runsKey(ThreadKey thread) {
    return Keys.threadRuns(thread.tenant(), thread.thread());
  }

  private static String documentKey(ThreadKey thread) {
    return Keys.threadDocument(thread.tenant(), thread.thread());
  }
}
