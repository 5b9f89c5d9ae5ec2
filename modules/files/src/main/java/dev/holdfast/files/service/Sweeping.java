package dev.holdfast.files.service;

import dev.holdfast.files.records.FileIndex;
import dev.holdfast.files.records.FileKey;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.files.records.FileState;
import dev.holdfast.files.records.FileStore;
import dev.holdfast.redis.Keys;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at files that are due: uploads that are given up, files past their time, and what a node
 * that died has left half done. Whoever moves a due entry first does the work; if it dies, the
 * entry comes up again. Confined to the verticle's context.
 */
final class Sweeping {
  private static final Logger LOG = LoggerFactory.getLogger(Sweeping.class);
  private static final int AT_ONCE = 50;

  private final FileParts parts;
  private final Finishing finishing;
  private final Removing removing;

  Sweeping(FileParts parts, Finishing finishing, Removing removing) {
    this.parts = parts;
    this.finishing = finishing;
    this.removing = removing;
  }

  /** Answers how many were looked at. */
  Future<Integer> sweep() {
    return parts.index().now().compose(this::sweep);
  }

  private Future<Integer> sweep(long now) {
    List<Future<Integer>> shards = new ArrayList<>();
    for (int shard = 0; shard < Keys.SHARDS; shard++) {
      shards.add(parts.index().due(shard, now, AT_ONCE).compose(due -> sweep(due, now)));
    }
    return Future.join(shards).map(done -> shards.stream().mapToInt(Future::result).sum());
  }

  private Future<Integer> sweep(List<FileIndex.Due> due, long now) {
    List<Future<?>> looked = new ArrayList<>();
    for (FileIndex.Due one : due) {
      looked.add(
          parts
              .index()
              .postpone(one, now + parts.config().retry().toMillis())
              .compose(mine -> mine ? look(one.file()) : Future.succeededFuture())
              .recover(failure -> later(one.file(), failure)));
    }
    return Future.join(looked).map(due.size());
  }

  private Future<Void> look(FileKey file) {
    return parts
        .store()
        .get(file)
        .compose(found -> found.isPresent() ? look(found.get()) : end(file));
  }

  private Future<Void> look(FileRecord file) {
    if (file.state() == FileState.UPLOADING && file.view().offset() == file.view().size()) {
      return finishing.resume(file).mapEmpty();
    }
    return isUnannounced(file) ? finishing.announce(file) : end(file.key());
  }

  private static boolean isUnannounced(FileRecord file) {
    return file.ready() && !file.notified();
  }

  private Future<Void> end(FileKey file) {
    return removing.end(file, "expired", true).compose(marked -> ended(file, marked));
  }

  private Future<Void> ended(FileKey file, FileStore.Marked marked) {
    if (!marked.kept()) {
      parts.metrics().expired.increment();
      return Future.succeededFuture();
    }
    return marked.due() == 0
        ? parts.index().unsetDue(file)
        : parts.index().setDue(file, marked.due());
  }

  private static Future<Void> later(FileKey file, Throwable failure) {
    LOG.warn("The sweep of file {} failed, and is tried again: {}", file, failure.getMessage());
    return Future.succeededFuture();
  }
}
