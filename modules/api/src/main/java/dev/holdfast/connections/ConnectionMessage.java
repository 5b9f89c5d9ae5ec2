package dev.holdfast.connections;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.ServiceMessage;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the registry of connections. Immutable; each but {@link Nodes} names its tenant. Each
 * is safe to send again.
 *
 * <p>A user sees its own connections, a service those of its tenants. What is not the caller's is
 * answered as what is not there (NOT_FOUND). If many are asked for, the answer is FORBIDDEN,
 * whether there are some or not.
 */
public sealed interface ConnectionMessage<A> extends ServiceMessage<A> {
  /** The service's address on the bus. */
  String ADDRESS = "connections";

  @Override
  default String address() {
    return ADDRESS;
  }

  /** Reads the connection of a session; NOT_FOUND if nobody is attached to it. */
  record Find(Caller caller, String tenant, String session)
      implements ConnectionMessage<Connection> {
    public Find {
      Names.tenant(tenant);
      Names.id(session, "session");
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.find(this);
    }
  }

  /**
   * Lists connections in the order of their sessions' ids. A page may be shorter than its limit,
   * even empty, before the last.
   *
   * @param after what the page before gave as {@code next}, or empty
   * @param limit 1 to 1,000
   */
  record ListConnections(Caller caller, Selection selection, String after, int limit)
      implements ConnectionMessage<ConnectionAnswer.Page> {
    public ListConnections {
      if (!after.isEmpty()) {
        Names.id(after, "after");
      }
      if (limit < 1 || limit > 1_000) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "limit: 1 to 1000");
      }
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.list(this);
    }
  }

  /**
   * Counts connections: exactly for a user, otherwise by the nodes' indexes, which may be some
   * milliseconds behind.
   */
  record Count(Caller caller, Selection selection)
      implements ConnectionMessage<ConnectionAnswer.Counted> {
    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.count(this);
    }
  }

  /**
   * Has a session's connection closed; the session stays. NOT_FOUND if there is no such session.
   *
   * @param reason a short name, for example {@code moved}
   */
  record Disconnect(Caller caller, String tenant, String session, String reason)
      implements ConnectionMessage<ConnectionAnswer.Disconnected> {
    public Disconnect {
      Names.tenant(tenant);
      Names.id(session, "session");
      Names.id(reason, "reason");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.disconnect(this);
    }
  }

  /**
   * Lists the nodes that hold a lease. Names no tenant: for services alone, FORBIDDEN to a user.
   */
  record Nodes(Caller caller) implements ConnectionMessage<ConnectionAnswer.Nodes> {
    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.nodes(this);
    }
  }

  /**
   * Some connections of a tenant: all, a user's, a node's, or a user's on a node.
   *
   * @param user whose; none: of all users
   * @param node on which; none: on all nodes
   */
  record Selection(String tenant, @Nullable String user, @Nullable NodeId node)
      implements BusValue {
    public Selection {
      Names.tenant(tenant);
      if (user != null) {
        Names.user(user);
      }
    }

    public static Selection ofTenant(String tenant) {
      return new Selection(tenant, null, null);
    }

    public static Selection ofUser(String tenant, String user) {
      return new Selection(tenant, user, null);
    }

    public static Selection ofNode(String tenant, NodeId node) {
      return new Selection(tenant, null, node);
    }
  }

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R find(Find message);

    R list(ListConnections message);

    R count(Count message);

    R disconnect(Disconnect message);

    R nodes(Nodes message);
  }

  <R> R dispatch(Handler<R> handler);
}
