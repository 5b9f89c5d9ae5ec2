package dev.holdfast.tenants;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One of each message about tenants. */
public final class TenantSamples {
  private static final Caller SERVICE = new Caller.Service("s", "1", Set.of("*"), Set.of());
  private static final TenantMessage.Tenant ACME =
      new TenantMessage.Tenant("acme", "suspended", 1_700_000_000_000L, 1_700_000_000_001L);

  private TenantSamples() {}

  public static Stream<BusValue> all() {
    return Stream.of(
        new TenantMessage.Change(SERVICE, "acme", TenantMessage.Act.SUSPEND),
        new TenantMessage.Show(SERVICE, "acme"),
        new TenantMessage.ListTenants(SERVICE, "", 9),
        ACME,
        new TenantMessage.Tenants(List.of(ACME), "acme"));
  }
}
