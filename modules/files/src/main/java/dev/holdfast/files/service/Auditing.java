package dev.holdfast.files.service;

import dev.holdfast.files.AuditReport;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.files.storage.FileStorage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares records, reservations and content, some at a time. Content of no file is removed when it
 * is old enough, and only from the storage that this Redis has always gone with: a Redis that lost
 * its data must not cost the files. A record is never removed for want of content. Confined to the
 * verticle's context.
 */
final class Auditing {
  private static final Logger LOG = LoggerFactory.getLogger(Auditing.class);
  private static final int AT_ONCE = 100;

  private final FileParts parts;
  private boolean trusted;

  Auditing(FileParts parts) {
    this.parts = parts;
  }

  Future<AuditReport> audit() {
    return parts
        .disk()
        .run(FileStorage::id)
        .compose(id -> parts.index().storage(id).map(id::equals))
        .onSuccess(this::trust)
        .compose(known -> content(0, AuditReport.NOTHING))
        .compose(report -> parts.index().tenants().compose(all -> tenants(all, report)))
        .onSuccess(this::report);
  }

  private void trust(boolean known) {
    trusted = known;
    if (!known) {
      LOG.error("The folder of files does not belong to this Redis: nothing in it is removed");
    }
  }

  private void report(AuditReport report) {
    parts.metrics().missing.set(report.missing());
    if (!report.clean()) {
      LOG.warn("Files: {}", report);
    }
  }

  private Future<AuditReport> content(int shard, AuditReport before) {
    if (shard == FileStorage.SHARDS) {
      return Future.succeededFuture(before);
    }
    return parts
        .disk()
        .run(storage -> storage.held(shard))
        .compose(held -> held(held, 0, before))
        .compose(report -> content(shard + 1, report));
  }

  private Future<AuditReport> held(List<FileStorage.Held> held, int from, AuditReport before) {
    if (from >= held.size()) {
      return Future.succeededFuture(before);
    }
    int to = Math.min(held.size(), from + AT_ONCE);
    List<Future<AuditReport>> looked = new ArrayList<>();
    held.subList(from, to).forEach(one -> looked.add(held(one)));
    return LedgerAudit.sum(looked, before).compose(report -> held(held, to, report));
  }

  private Future<AuditReport> held(FileStorage.Held held) {
    return parts
        .index()
        .ofContent(held.content())
        .compose(key -> key.isEmpty() ? noRecord() : parts.store().get(key.get()))
        .compose(record -> needed(held, record) ? counted(held) : orphan(held, record));
  }

  private static Future<Optional<FileRecord>> noRecord() {
    return Future.succeededFuture(Optional.empty());
  }

  /** A file that is ready needs only the whole; an upload needs both, as it may just be sealed. */
  private static boolean needed(FileStorage.Held held, Optional<FileRecord> record) {
    return record.isPresent()
        && record.get().content().equals(held.content())
        && !(held.part() && record.get().ready());
  }

  private static Future<AuditReport> counted(FileStorage.Held held) {
    return Future.succeededFuture(
        held.part()
            ? new AuditReport(0, 1, 0, 0, 0, 0, 0, 0)
            : new AuditReport(1, 0, 0, 0, 0, 0, 0, 0));
  }

  private Future<AuditReport> orphan(FileStorage.Held held, Optional<FileRecord> record) {
    if (!trusted || held.ageMs() < parts.config().orphanAge().toMillis()) {
      return Future.succeededFuture(new AuditReport(0, 0, 0, 1, 0, 0, 0, 0));
    }
    boolean partOfReady = held.part() && record.isPresent();
    return parts
        .disk()
        .run(storage -> remove(storage, held.content(), partOfReady))
        .compose(
            gone -> partOfReady ? Future.succeededFuture() : parts.index().forget(held.content()))
        .onSuccess(gone -> parts.metrics().orphansRemoved.increment())
        .map(gone -> new AuditReport(0, 0, 0, 0, 1, 0, 0, 0));
  }

  private static Void remove(FileStorage storage, String content, boolean partsOnly)
      throws java.io.IOException {
    if (partsOnly) {
      storage.deleteParts(content);
    } else {
      storage.delete(content);
    }
    return null;
  }

  private Future<AuditReport> tenants(List<String> tenants, AuditReport before) {
    var ledgers = new LedgerAudit(parts);
    Future<AuditReport> report = Future.succeededFuture(before);
    for (String tenant : tenants) {
      report = report.compose(sum -> ledgers.audit(tenant).map(sum::plus));
    }
    return report;
  }
}
