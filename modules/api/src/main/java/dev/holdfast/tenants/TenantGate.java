package dev.holdfast.tenants;

import dev.holdfast.core.ErrorCode;
import java.util.Optional;

/** Says which tenants may work now. Any thread, no I/O. */
@FunctionalInterface
public interface TenantGate {
  /** Lets all in. */
  TenantGate OPEN = tenant -> Optional.empty();

  /** Returns why a tenant may not work: TENANT_SUSPENDED or TENANT_UNKNOWN; empty: it may. */
  Optional<ErrorCode> refusal(String tenant);
}
