package dev.holdfast.auth.audit;

import dev.holdfast.core.Names;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * An act of administration.
 *
 * @param event what, as {@code tenant.suspend}
 * @param tenant in which; none: it concerns no single one
 * @param target what it concerns there, without content and secrets; empty: the tenant
 * @param endsLog whether the tenant's own log ends with it
 */
public record Deed(String event, @Nullable String tenant, JsonObject target, boolean endsLog) {
  public Deed {
    Names.event(event);
    if (tenant != null) {
      Names.tenant(tenant);
    }
  }

  /** Makes one that concerns something in a tenant. */
  public static Deed of(String event, @Nullable String tenant, JsonObject target) {
    return new Deed(event, tenant, target, false);
  }
}
