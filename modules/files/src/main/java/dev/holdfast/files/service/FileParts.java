package dev.holdfast.files.service;

import dev.holdfast.core.Caller;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.files.records.FileAccess;
import dev.holdfast.files.records.FileIndex;
import dev.holdfast.files.records.FileKey;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.files.records.FileStore;
import dev.holdfast.files.records.QuotaStore;
import dev.holdfast.files.storage.Disk;
import io.vertx.core.Future;
import java.util.function.Function;

/** Parts that the operations of the files service share. Used on the verticle's context. */
record FileParts(
    FileStore store,
    QuotaStore quota,
    FileIndex index,
    Disk disk,
    FilesConfig config,
    FilesMetrics metrics,
    Function<FileEvent, Future<Void>> events) {

  /** Finds a file if it is the caller's, else NOT_FOUND. The one way to a file. */
  Future<FileRecord> find(Caller caller, String tenant, String file) {
    return store
        .get(new FileKey(tenant, file))
        .map(found -> FileAccess.visible(caller, tenant, found.filter(FileRecord::exists)));
  }

  /** Finds a file as {@link #find} does, if it is ready. */
  Future<FileRecord> findReady(Caller caller, String tenant, String file) {
    return find(caller, tenant, file)
        .compose(
            found ->
                found.ready()
                    ? Future.succeededFuture(found)
                    : Future.failedFuture(FileAccess.notFound()));
  }
}
