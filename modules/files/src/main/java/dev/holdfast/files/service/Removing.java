package dev.holdfast.files.service;

import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.records.FileAccess;
import dev.holdfast.files.records.FileKey;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.files.records.FileStore;
import dev.holdfast.files.records.QuotaStore;
import dev.holdfast.files.storage.FileStorage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends files: the record is marked, and from then on the file is as if it had never been; content,
 * index entries and reservation go; the owner is notified; the record goes. Each step may be
 * repeated, and is, by the sweep, until all are done. Confined to the verticle's context.
 */
final class Removing {
  private static final Logger LOG = LoggerFactory.getLogger(Removing.class);
  private static final int AT_ONCE = 100;
  private static final String ERASED = "erased";
  private static final String BEGIN = "0";

  private final FileParts parts;

  Removing(FileParts parts) {
    this.parts = parts;
  }

  /**
   * Ends anybody's file.
   *
   * @param onlyDue leaves it if its time has not come
   * @return when nothing of it can be seen and its content is gone
   */
  Future<FileStore.Marked> end(FileKey file, String reason, boolean onlyDue) {
    return parts
        .index()
        .setDueIn(file, parts.config().retry().toMillis())
        .compose(due -> parts.store().mark(file, reason, onlyDue))
        .compose(marked -> clear(file, marked).map(marked));
  }

  /**
   * Ends some files, from where the walk through the entries was cut short the time before. What
   * came behind that place since is for another walk.
   */
  Future<FileAnswer.Erased> erase(FileMessage.EraseTenant message) {
    String tenant = FileAccess.erases(message.caller(), message.tenant());
    List<QuotaStore.Entry> found = new ArrayList<>();
    String from = Objects.requireNonNullElse(message.after(), BEGIN);
    return find(tenant, message.user(), from, found)
        .compose(cursor -> erase(tenant, found).map(cursor))
        .compose(
            cursor ->
                cursor.equals(BEGIN) && message.user() == null
                    ? unlisted(tenant).map(cursor)
                    : Future.succeededFuture(cursor))
        .map(cursor -> erased(found.size(), cursor));
  }

  private static FileAnswer.Erased erased(int files, String cursor) {
    boolean over = cursor.equals(BEGIN);
    return new FileAnswer.Erased(files, !over, over ? null : cursor);
  }

  /** Adds entries to those found, until they are enough or all; answers where to go on. */
  private Future<String> find(
      String tenant, @Nullable String user, String cursor, List<QuotaStore.Entry> found) {
    return parts
        .quota()
        .scan(tenant, cursor, AT_ONCE)
        .compose(
            page -> {
              page.entries().stream()
                  .filter(entry -> user == null || user.equals(entry.owner()))
                  .forEach(found::add);
              return page.cursor().equals(BEGIN) || found.size() >= AT_ONCE
                  ? Future.succeededFuture(page.cursor())
                  : find(tenant, user, page.cursor(), found);
            });
  }

  /** The tenant is one of those with files again if one came meanwhile. */
  private Future<Void> unlisted(String tenant) {
    return parts
        .index()
        .unlist(tenant)
        .compose(unlisted -> parts.quota().totals(tenant))
        .compose(now -> now.files() > 0 ? parts.index().list(tenant) : Future.succeededFuture());
  }

  /** Whatever is left of a file that is marked, or was never made. */
  Future<Void> clear(FileKey file, FileStore.Marked marked) {
    if (marked.kept()) {
      return Future.succeededFuture();
    }
    FileRecord record = marked.marked().orElse(null);
    return dropContent(record)
        .compose(gone -> release(file))
        .onSuccess(released -> finish(file, record));
  }

  /** Removes the content of a file that is marked, or was. */
  Future<Void> dropContent(@Nullable FileRecord record) {
    if (record == null) {
      return Future.succeededFuture();
    }
    return parts
        .disk()
        .run(record.key().tenant(), storage -> deleted(storage, record.content()))
        .compose(gone -> parts.index().forget(record.content()));
  }

  private static Void deleted(FileStorage storage, String content) throws java.io.IOException {
    storage.delete(content);
    return null;
  }

  private Future<Void> release(FileKey file) {
    return parts
        .quota()
        .entry(file)
        .compose(
            entry ->
                entry.isEmpty()
                    ? Future.<Void>succeededFuture()
                    : parts.index().remove(file, entry.get()))
        .compose(unlisted -> parts.quota().release(file))
        .mapEmpty();
  }

  /** Nobody waits for it; the sweep does again what fails. */
  private void finish(FileKey file, @Nullable FileRecord record) {
    parts.metrics().ended.increment();
    announce(record)
        .compose(announced -> parts.store().remove(file))
        .compose(removed -> parts.index().unsetDue(file))
        .onFailure(
            failure ->
                LOG.info(
                    "The removal of file {} is left to the sweep: {}", file, failure.getMessage()));
  }

  private Future<Void> announce(@Nullable FileRecord record) {
    if (record == null || !record.wasReady() || ERASED.equals(record.reason())) {
      return Future.succeededFuture();
    }
    boolean expired = "expired".equals(record.reason());
    var kind = expired ? FileEvent.Kind.EXPIRED : FileEvent.Kind.DELETED;
    return parts.events().apply(new FileEvent(kind, record.view()));
  }

  private Future<Void> erase(String tenant, List<QuotaStore.Entry> entries) {
    List<Future<?>> ended = new ArrayList<>();
    for (QuotaStore.Entry entry : entries) {
      ended.add(end(new FileKey(tenant, entry.file()), ERASED, false));
    }
    return Future.join(ended).mapEmpty();
  }
}
