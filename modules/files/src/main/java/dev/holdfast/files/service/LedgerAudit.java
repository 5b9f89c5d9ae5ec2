package dev.holdfast.files.service;

import dev.holdfast.files.AuditReport;
import dev.holdfast.files.records.FileKey;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.files.records.QuotaStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at one tenant's reservations: each has to be of a file, or to be looked at by the sweep;
 * each file that is ready has to have its content. Confined to the verticle's context.
 */
final class LedgerAudit {
  private static final int AT_ONCE = 100;

  private final FileParts parts;

  LedgerAudit(FileParts parts) {
    this.parts = parts;
  }

  Future<AuditReport> audit(String tenant) {
    return parts
        .quota()
        .totals(tenant)
        .compose(before -> scan(tenant, "0", new Sum(before), AuditReport.NOTHING));
  }

  /** The sum of the reservations, each once: a scan may show one twice. */
  private static final class Sum {
    final QuotaStore.Totals before;
    final Map<String, Long> entries = new HashMap<>();

    Sum(QuotaStore.Totals before) {
      this.before = before;
    }

    QuotaStore.Totals total() {
      long bytes = entries.values().stream().mapToLong(Long::longValue).sum();
      return new QuotaStore.Totals(bytes, entries.size());
    }
  }

  private Future<AuditReport> scan(String tenant, String cursor, Sum sum, AuditReport before) {
    return parts
        .quota()
        .scan(tenant, cursor, AT_ONCE)
        .compose(found -> look(tenant, found, sum, before));
  }

  private Future<AuditReport> look(
      String tenant, QuotaStore.Scan found, Sum sum, AuditReport before) {
    List<Future<AuditReport>> looked = new ArrayList<>();
    for (QuotaStore.Entry entry : found.entries()) {
      if (sum.entries.put(entry.file(), entry.bytes()) == null) {
        looked.add(look(new FileKey(tenant, entry.file()), entry));
      }
    }
    return sum(looked, before)
        .compose(
            report ->
                found.cursor().equals("0")
                    ? compare(tenant, sum, report)
                    : scan(tenant, found.cursor(), sum, report));
  }

  private Future<AuditReport> look(FileKey key, QuotaStore.Entry entry) {
    return parts.store().get(key).compose(record -> look(key, entry, record));
  }

  private Future<AuditReport> look(
      FileKey key, QuotaStore.Entry entry, Optional<FileRecord> record) {
    if (record.isEmpty()) {
      return parts
          .index()
          .isDue(key)
          .compose(due -> due ? Future.succeededFuture(AuditReport.NOTHING) : giveBack(key, entry));
    }
    if (!record.get().ready()) {
      return Future.succeededFuture(AuditReport.NOTHING);
    }
    return parts
        .disk()
        .run(key.tenant(), storage -> storage.has(record.get().content()))
        .map(there -> new AuditReport(0, 0, 1, 0, 0, there ? 0 : 1, 0, 0));
  }

  private Future<AuditReport> giveBack(FileKey key, QuotaStore.Entry entry) {
    return parts
        .index()
        .remove(key, entry)
        .compose(unlisted -> parts.quota().release(key))
        .map(released -> new AuditReport(0, 0, 0, 0, 0, 0, 1, 0));
  }

  /** Compares only if nothing has changed since; otherwise the sum says nothing. */
  private Future<AuditReport> compare(String tenant, Sum sum, AuditReport report) {
    return parts
        .quota()
        .totals(tenant)
        .map(
            now ->
                now.equals(sum.before) && !now.equals(sum.total())
                    ? report.plus(new AuditReport(0, 0, 0, 0, 0, 0, 0, 1))
                    : report);
  }

  static Future<AuditReport> sum(List<Future<AuditReport>> reports, AuditReport before) {
    return Future.all(reports)
        .map(done -> reports.stream().map(Future::result).reduce(before, AuditReport::plus));
  }
}
