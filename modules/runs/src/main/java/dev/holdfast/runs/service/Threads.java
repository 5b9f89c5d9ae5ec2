package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.ThreadMessage;
import dev.holdfast.runs.ThreadMessage.Deleted;
import dev.holdfast.runs.ThreadMessage.Messages;
import dev.holdfast.runs.ThreadMessage.Page;
import dev.holdfast.runs.ThreadMessage.Runs;
import dev.holdfast.runs.ThreadView;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.ThreadKey;
import dev.holdfast.runs.records.ThreadRecord;
import dev.holdfast.runs.records.ThreadStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Shows, names and deletes threads. A thread is found by tenant, owner and its client's id, so
 * nobody finds another's. Confined to its context.
 */
final class Threads implements ThreadMessage.ThreadHandler<Future<?>> {
  /** A run that comes to its end, which its reader may know, is over within so much. */
  private static final int MOST_LOOKS = 30;

  private static final long PAUSE_MS = 100;
  private static final Optional<RunState> ENDED = Optional.of(RunState.ENDED);

  private final Vertx vertx;
  private final RunRecords records;
  private final FairTurns documents;

  /**
   * @param documents turns in which what is large is read
   */
  Threads(Vertx vertx, RunRecords records, FairTurns documents) {
    this.vertx = vertx;
    this.records = records;
    this.documents = documents;
  }

  @Override
  public Future<?> list(ThreadMessage.ListThreads message) {
    String owner = RunAccess.owner(message);
    return records
        .threads()
        .ofUser(message.tenant(), owner, message.after(), message.limit())
        .map(page -> page(page, message.bytes()));
  }

  private static Page page(ThreadStore.Page read, int most) {
    List<ThreadView> all = read.threads().stream().map(Views::thread).toList();
    int count = fitting(all, ThreadView::answerBytes, most);
    return count < all.size()
        ? new Page(all.subList(0, count), read.cursors().get(count - 1))
        : new Page(all, read.next().isEmpty() ? null : read.next());
  }

  /**
   * Returns how many of a list may be in an answer, one at least.
   *
   * @param most bytes; 0: all
   */
  private static <T> int fitting(List<T> all, ToIntFunction<T> bytes, int most) {
    long sum = 0;
    for (int i = 0; i < all.size(); i++) {
      sum += bytes.applyAsInt(all.get(i));
      if (most > 0 && sum > most && i > 0) {
        return i;
      }
    }
    return all.size();
  }

  @Override
  public Future<?> show(ThreadMessage.ShowThread message) {
    return found(message, message.threadId()).map(Views::thread);
  }

  @Override
  public Future<?> name(ThreadMessage.NameThread message) {
    String title = message.title() == null ? "" : message.title();
    ThreadKey key = key(message, message.threadId());
    return records
        .threads()
        .name(key, title)
        .compose(
            there -> there ? show(key) : Future.<ThreadRecord>failedFuture(RunAccess.noThread()))
        .map(Views::thread);
  }

  @Override
  public Future<?> delete(ThreadMessage.DeleteThread message) {
    return deleted(key(message, message.threadId()), new HashSet<>(), MOST_LOOKS);
  }

  /**
   * Deletes a thread once all of its runs are over; nothing before.
   *
   * @param over runs that are; more are added
   */
  private Future<Deleted> deleted(ThreadKey key, Set<RunKey> over, int looks) {
    return show(key)
        .compose(
            thread ->
                records
                    .threads()
                    .runs(key)
                    .compose(listed -> read(unsure(thread, listed, over)))
                    .compose(read -> deleted(thread, read, over, looks)));
  }

  private static List<RunKey> unsure(ThreadRecord thread, List<RunKey> listed, Set<RunKey> over) {
    Set<RunKey> runs = new LinkedHashSet<>(listed);
    RunKey active = active(thread);
    if (active != null) {
      runs.add(active);
    }
    runs.removeAll(over);
    return List.copyOf(runs);
  }

  private static @Nullable RunKey active(ThreadRecord thread) {
    String active = thread.active();
    return active == null ? null : new RunKey(thread.key().tenant(), active);
  }

  /** Returns where the runs are in their life; that of a start that was given up is not there. */
  private Future<Map<RunKey, Optional<RunState>>> read(List<RunKey> runs) {
    return Future.all(runs.stream().map(records.runs()::get).toList())
        .map(
            all -> {
              Map<RunKey, Optional<RunState>> states = new HashMap<>();
              for (int i = 0; i < runs.size(); i++) {
                Optional<RunRecord> found = all.resultAt(i);
                states.put(runs.get(i), found.map(RunRecord::state));
              }
              return states;
            });
  }

  private Future<Deleted> deleted(
      ThreadRecord thread, Map<RunKey, Optional<RunState>> read, Set<RunKey> over, int looks) {
    RunKey active = active(thread);
    boolean begins = active != null && read.getOrDefault(active, ENDED).isEmpty();
    Set<RunState> others = EnumSet.noneOf(RunState.class);
    read.forEach(
        (run, state) -> {
          if (state.orElse(RunState.ENDED) != RunState.ENDED) {
            others.add(state.get());
          } else if (state.isPresent() || !run.equals(active)) {
            over.add(run);
          }
        });
    if (others.isEmpty()) {
      if (active != null && begins) {
        over.add(active);
      }
      return forgotten(thread, begins ? Starting.GIVEN_UP : Duration.ZERO, over);
    }
    return looks > 1 && others.equals(Set.of(RunState.ENDING))
        ? vertx.timer(PAUSE_MS).compose(later -> deleted(thread.key(), over, looks - 1))
        : busy();
  }

  /**
   * Lets the thread go first, unless it has got another run: if it stays, so does what its runs
   * have said. If the node dies in between, that stays as long as that of any run that is over.
   */
  private Future<Deleted> forgotten(ThreadRecord thread, Duration began, Set<RunKey> over) {
    return records
        .threads()
        .forget(thread.key(), thread.owner(), thread.active(), began, over)
        .compose(
            gone ->
                gone
                    ? Future.join(over.stream().map(records.runs()::forget).toList())
                        .map(done -> deleted(done.list()))
                    : busy());
  }

  private static Deleted deleted(List<Boolean> gone) {
    return new Deleted((int) gone.stream().filter(one -> one).count());
  }

  private static <T> Future<T> busy() {
    return Future.failedFuture(
        HoldfastException.withPublicMessage(
            ErrorCode.CONFLICT, "thread: it has a run, which is to end before"));
  }

  @Override
  public Future<?> messages(ThreadMessage.ListMessages message) {
    return found(message, message.threadId())
        .compose(
            thread ->
                documents.run(
                    message.tenant(),
                    () ->
                        records
                            .threads()
                            .document(thread.key())
                            .compose(bytes -> page(thread, bytes, message))));
  }

  /** A document may have 4 MiB, which take an event loop too long to read. */
  private Future<Messages> page(
      ThreadRecord thread, byte @Nullable [] document, ThreadMessage.ListMessages message) {
    if (document == null && message.before() == null) {
      return Future.succeededFuture(new Messages(Views.thread(thread), "[]", null, 0));
    }
    return vertx
        .executeBlocking(
            () ->
                MessagePage.of(
                    document == null ? new byte[0] : document,
                    message.before(),
                    message.limit(),
                    message.bytes()),
            false)
        .map(
            page ->
                new Messages(Views.thread(thread), page.messages(), page.before(), page.trimmed()));
  }

  @Override
  public Future<?> runs(ThreadMessage.ListRuns message) {
    return found(message, message.threadId())
        .compose(thread -> records.threads().runs(thread.key()))
        .compose(runs -> runs(behind(runs, message), message));
  }

  private static List<RunKey> behind(List<RunKey> runs, ThreadMessage.ListRuns message) {
    String after = message.after();
    if (after == null || after.isEmpty()) {
      return runs;
    }
    int last = runs.indexOf(new RunKey(message.tenant(), after));
    if (last < 0) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.NOT_FOUND, "after: the thread does not remember such a run any more");
    }
    return runs.subList(last + 1, runs.size());
  }

  private Future<Runs> runs(List<RunKey> runs, ThreadMessage.ListRuns message) {
    return Future.all(runs.stream().limit(message.limit()).map(records.runs()::get).toList())
        .map(
            read -> {
              List<RunView> all = views(read.list());
              int count = fitting(all, RunView::answerBytes, message.bytes());
              boolean more = count < all.size() || runs.size() > message.limit();
              return new Runs(all.subList(0, count), more ? next(runs, all, count, message) : null);
            });
  }

  /** The last run of the page; or, of those that are no longer kept, the last that was read. */
  private static String next(
      List<RunKey> runs, List<RunView> all, int count, ThreadMessage.ListRuns message) {
    return count < all.size() ? all.get(count - 1).run() : runs.get(message.limit() - 1).run();
  }

  private static List<RunView> views(List<Optional<RunRecord>> runs) {
    return runs.stream().flatMap(Optional::stream).map(Views::run).toList();
  }

  private static ThreadKey key(ThreadMessage<?> message, String threadId) {
    return ThreadKey.of(message.tenant(), RunAccess.owner(message), threadId);
  }

  private Future<ThreadRecord> found(ThreadMessage<?> message, String threadId) {
    return show(key(message, threadId));
  }

  private Future<ThreadRecord> show(ThreadKey key) {
    return records.threads().get(key).map(found -> found.orElseThrow(RunAccess::noThread));
  }
}
