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

  @Nullable TenantRecord get(String tenant) {
    return records.get(tenant);
  }

  int size() {
    return records.size();
  }

  /** Returns those after a name, in the order of their names. */
  List<TenantRecord> after(String tenant, int limit) {
    return records.tailMap(tenant, false).values().stream().limit(limit).toList();
  }

  /** Notes what Redis has of a tenant; none: nothing. */
  void note(String tenant, @Nullable TenantRecord record) {
    TenantRecord before = record == null ? records.remove(tenant) : records.put(tenant, record);
    bytes.take(((record == null ? 0 : 1) - (before == null ? 0 : 1)) * RECORD_BYTES);
  }

  /**
   * Notes all that Redis has, after a walk through it.
   *
   * @param last number of the last change that Redis had before the walk
   * @return those that Redis has lost, oldest first: they stay known
   */
  List<TenantRecord> noteAll(Map<String, TenantRecord> found, long last) {
    List<TenantRecord> lost = new ArrayList<>();
    for (TenantRecord known : records.values()) {
      TenantRecord there = found.get(known.tenant());
      if (known.n() > last && (there == null || there.n() < known.n())) {
        lost.add(known);
      } else if (there == null) {
        note(known.tenant(), null);
      }
    }
    for (TenantRecord there : found.values()) {
      TenantRecord known = records.get(there.tenant());
      if (known == null || known.n() <= there.n() || known.n() <= last) {
        note(there.tenant(), there);
      }
    }
    lost.sort(Comparator.comparingLong(TenantRecord::n));
    return lost;
  }
}
