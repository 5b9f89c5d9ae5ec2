package dev.holdfast.auth.tenants;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.tenants.TenantGate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The records of tenants that a node knows. Any thread may ask; the verticle alone changes them.
 * Bounded by what is in Redis, see {@link TenantsVerticle#MOST}.
 */
final class KnownTenants implements TenantGate {
  /** A record with its name of 40 characters, and its place in the map. */
  static final long RECORD_BYTES = 200;

  private final boolean closed;
  private final @Nullable String operators;
  private final Budget.Share bytes;
  private final ConcurrentSkipListMap<String, TenantRecord> records = new ConcurrentSkipListMap<>();

  /**
   * @param operators their tenant, which always may work; none if there are no operators
   */
  KnownTenants(TenantsConfig config, @Nullable String operators, Budget.Share bytes) {
    this.closed = config.closed();
    this.operators = operators;
    this.bytes = bytes;
  }

  @Override
  public Optional<ErrorCode> refusal(String tenant) {
    TenantRecord record = records.get(tenant);
    boolean suspended = record != null && record.suspended();
    boolean admitted = !closed || record != null && record.created() > 0;
    if (admitted && !suspended || tenant.equals(operators)) {
      return Optional.empty();
    }
    return Optional.of(suspended ? ErrorCode.TENANT_SUSPENDED : ErrorCode.TENANT_UNKNOWN);
  }

  /** Returns what is known of a tenant; none: it was never created, and may work. */
  @Nullable TenantRecord get(String tenant) {
    TenantRecord record = newest(tenant);
    return record == null || record.isVoid() ? null : record;
  }

  /** Returns the newest record of a tenant that is known, also a void one. */
  @Nullable TenantRecord newest(String tenant) {
    return records.get(tenant);
  }

  int size() {
    return records.size();
  }

  /** Returns those after a name, in the order of their names. */
  List<TenantRecord> after(String tenant, int limit) {
    return records.tailMap(tenant, false).values().stream()
        .filter(record -> !record.isVoid())
        .limit(limit)
        .toList();
  }

  /**
   * Notes what Redis has of a tenant, unless a newer record is known.
   *
   * @return whether Redis has lost the record that is known
   */
  boolean note(String tenant, @Nullable TenantRecord record) {
    TenantRecord known = records.get(tenant);
    if (known != null && (record == null || record.n() < known.n())) {
      return true;
    }
    if (record != null) {
      records.put(tenant, record);
      bytes.take(known == null ? RECORD_BYTES : 0);
    }
    return false;
  }

  /**
   * Notes all that Redis has, after a walk through it. No record is ever removed: one that is
   * missing, or older than the one that is known, is lost, whatever was changed since.
   *
   * @return those that Redis has lost, oldest first: they stay known
   */
  List<TenantRecord> noteAll(Map<String, TenantRecord> found) {
    List<TenantRecord> lost = new ArrayList<>();
    for (TenantRecord known : records.values()) {
      if (note(known.tenant(), found.get(known.tenant()))) {
        lost.add(known);
      }
    }
    found.forEach(this::note);
    lost.sort(Comparator.comparingLong(TenantRecord::n));
    return lost;
  }
}
