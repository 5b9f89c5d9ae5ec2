package dev.holdfast.tenants;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceMessage;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requests about tenants as a whole. For services that act for all tenants: FORBIDDEN to others.
 * Any node answers.
 */
public sealed interface TenantMessage<A> extends ServiceMessage<A> {
  /** The service's address on the bus. */
  String ADDRESS = "tenants";

  @Override
  default String address() {
    return ADDRESS;
  }

  @Override
  default boolean repeatable() {
    return true;
  }

  /** What may be done to a tenant. */
  enum Act {
    /** Makes it known. One that is suspended stays so. */
    CREATE,
    /**
     * Closes its connections, and refuses its users, workers and publications, on all nodes within
     * 2 s. What it has is kept. FORBIDDEN for the operators' own tenant.
     */
    SUSPEND,
    /** Lets it work again, on all nodes within 2 s. */
    RESUME
  }

  /**
   * Changes the state of a tenant; its name need not be known before. Safe to repeat: what is so
   * already stays as it is, with its times. LIMIT_EXCEEDED if as many tenants are known as are
   * kept; STORE_FULL or UNAVAILABLE if Redis does not take it.
   */
  record Change(Caller caller, String tenant, Act act) implements TenantMessage<Tenant> {
    public Change {
      Names.tenant(tenant);
      Objects.requireNonNull(act, "act");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.change(this);
    }
  }

  /** Asks for one tenant, as the node that answers knows it. */
  record Show(Caller caller, String tenant) implements TenantMessage<Tenant> {
    public Show {
      Names.tenant(tenant);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.show(this);
    }
  }

  /**
   * Lists the tenants that were created or are suspended, by name, as the node that answers knows
   * them.
   *
   * @param after the name before the first; empty: from the beginning
   * @param limit 1 to 1,000
   */
  record ListTenants(Caller caller, String after, int limit) implements TenantMessage<Tenants> {
    public ListTenants {
      if (!after.isEmpty()) {
        Names.tenant(after);
      }
      if (limit < 1 || limit > 1_000) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "limit: 1 to 1000");
      }
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.list(this);
    }
  }

  /**
   * A tenant.
   *
   * @param state {@code active}, {@code suspended}, or {@code unknown}: not created, and the
   *     cluster admits none but those
   * @param created ms since 1970; 0: it never was
   * @param since when its state was changed last, ms since 1970; 0: never
   */
  record Tenant(String tenant, String state, long created, long since) implements BusValue {}

  /**
   * Some tenants, by name.
   *
   * @param next what to pass as {@code after}; none: there are no more
   */
  record Tenants(List<Tenant> tenants, @Nullable String next) implements BusValue {
    public Tenants {
      tenants = List.copyOf(tenants);
    }
  }

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R change(Change message);

    R show(Show message);

    R list(ListTenants message);
  }

  <R> R dispatch(Handler<R> handler);
}
