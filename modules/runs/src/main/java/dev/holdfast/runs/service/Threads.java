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
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.ThreadKey;
import dev.holdfast.runs.records.ThreadRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shows, names and deletes threads. A thread is found by tenant, owner and its client's id, so
 * nobody finds another's. Confined to its context.
 */
final class Threads implements ThreadMessage.ThreadHandler<Future<?>> {
  /** A run that comes to its end, which its reader may know, leaves its thread within so much. */
  private static final int MOST_LOOKS = 30;

  private static final long PAUSE_MS = 100;

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
        .map(
            page ->
                new Page(
                    page.threads().stream().map(Views::thread).toList(),
                    page.next().isEmpty() ? null : page.next()));
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
    return found(message, message.threadId())
        .compose(
            thread ->
                busyFor(thread, MOST_LOOKS)
                    .compose(began -> began == null ? busy() : deleted(thread, began)));
  }

  /**
   * Returns how long ago the run that a thread has must have begun, if it is to count as none: one
   * that is over, or has no record, as its start was given up. None: it counts.
   */
  private Future<@Nullable Duration> busyFor(ThreadRecord thread, int looks) {
    String active = thread.active();
    if (active == null) {
      return Future.succeededFuture(Duration.ZERO);
    }
    return records
        .runs()
        .get(new RunKey(thread.key().tenant(), active))
        .compose(
            run -> {
              RunState state = run.map(RunRecord::state).orElse(null);
              return state == RunState.ENDING && looks > 1
                  ? vertx.timer(PAUSE_MS).compose(later -> busyStill(thread.key(), looks - 1))
                  : Future.succeededFuture(
                      state == null
                          ? Starting.GIVEN_UP
                          : state == RunState.ENDED ? Duration.ZERO : null);
            });
  }

  private Future<@Nullable Duration> busyStill(ThreadKey thread, int looks) {
    return records
        .threads()
        .get(thread)
        .compose(
            found ->
                found.isEmpty()
                    ? Future.succeededFuture(Duration.ZERO)
                    : busyFor(found.get(), looks));
  }

  /** What its runs have said goes first: until the thread goes, they are found by it. */
  private Future<Deleted> deleted(ThreadRecord thread, Duration began) {
    return forgotten(thread.key())
        .compose(
            runs ->
                records
                    .threads()
                    .forget(thread.key(), thread.owner(), thread.active(), began)
                    .compose(gone -> gone ? Future.succeededFuture(new Deleted(runs)) : busy()));
  }

  private static <T> Future<T> busy() {
    return Future.failedFuture(
        HoldfastException.withPublicMessage(
            ErrorCode.CONFLICT, "thread: it has a run, which is to end before"));
  }

  private Future<Integer> forgotten(ThreadKey thread) {
    return records
        .threads()
        .runs(thread)
        .compose(runs -> Future.all(runs.stream().map(records.runs()::forget).toList()))
        .map(done -> (int) done.<Boolean>list().stream().filter(gone -> gone).count());
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
        .compose(
            runs ->
                Future.all(runs.stream().limit(message.limit()).map(records.runs()::get).toList()))
        .map(read -> new Runs(views(read.list())));
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
