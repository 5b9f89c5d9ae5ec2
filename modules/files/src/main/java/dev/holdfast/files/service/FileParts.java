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

/** What the operations of the files service work with. Used on the verticle's context. */
record FileParts(
    FileStore store,
    QuotaStore quota,
    FileIndex index,
    Disk disk,
    FilesConfig config,
    FilesMetrics metrics,
    Function<FileEvent, Future<Void>> events) {

  /** The file, where it is the caller's; NOT_FOUND otherwise: the one way to a file. */
  Future<FileRecord> find(Caller caller, String tenant, String file) {
    return store
        .get(new FileKey(tenant, file))
        .map(found -> FileAccess.visible(caller, tenant, found.filter(FileRecord::exists)));
  }

  /** The same, of a file that is ready. */
  Future<FileRecord> findReady(Caller caller, String tenant, String file) {
    return find(caller, tenant, file)
        .compose(
            found ->
                found.ready()
                    ? Future.succeededFuture(found)
                    : Future.failedFuture(FileAccess.notFound()));
  }
}
