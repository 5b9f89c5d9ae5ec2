package dev.holdfast.auth.tenants;

import dev.holdfast.tenants.TenantMessage;

/**
 * A tenant as it is in Redis. A record stays for good: of a tenant that was suspended, and never
 * created, it says nothing more after it was resumed.
 *
 * @param created ms since 1970; 0: it never was
 * @param since when its state was changed last, ms since 1970
 * @param n number of the change, over all tenants: the newer record counts
 */
record TenantRecord(String tenant, boolean suspended, long created, long since, long n) {
  private static final String SUSPENDED = "suspended";
  private static final String ACTIVE = "active";

  /** Reads the text of a record. Words that a newer build may have added are passed over. */
  static TenantRecord parse(String tenant, String text) {
    String[] words = text.split(" ");
    return new TenantRecord(
        tenant,
        words[0].equals(SUSPENDED),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]));
  }

  /** Returns whether the tenant is as if it had no record. */
  boolean isVoid() {
    return !suspended && created == 0;
  }

  String text() {
    return String.join(" ", state(), "" + created, "" + since, "" + n);
  }

  TenantMessage.Tenant view() {
    return new TenantMessage.Tenant(tenant, state(), created, since);
  }

  /** Returns the view of a tenant without a record. */
  static TenantMessage.Tenant none(String tenant, boolean admitted) {
    return new TenantMessage.Tenant(tenant, admitted ? ACTIVE : "unknown", 0, 0);
  }

  private String state() {
    return suspended ? SUSPENDED : ACTIVE;
  }
}
