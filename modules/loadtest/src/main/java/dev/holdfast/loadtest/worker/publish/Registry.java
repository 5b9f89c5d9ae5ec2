package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.loadtest.plan.Calls;
import dev.holdfast.loadtest.worker.clients.AttachedSession;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionView;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Asks the services for sessions and connections, over the bus. Confined to one event loop. */
final class Registry {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int PAGE = 100;

  private final Caller.Service self;
  private final ServiceClient sessions;
  private final ServiceClient connections;
  private final Map<String, Long> versions = new HashMap<>();
  private long updates;

  Registry(Bus bus, Caller.Service self) {
    this.self = self;
    this.sessions = new ServiceClient(bus, TIMEOUT);
    this.connections = new ServiceClient(bus, TIMEOUT);
  }

  /** Makes a call about a session; one at a time for each session. */
  Future<?> ask(Calls.Operation operation, String tenant, AttachedSession of) {
    return switch (operation) {
      case SESSION_GET -> get(tenant, of);
      case SESSION_LIST ->
          sessions.ask(new SessionMessage.ListSessions(self, tenant, of.user(), "", PAGE));
      case SESSION_UPDATE -> update(tenant, of);
      case CONNECTION_FIND ->
          connections.ask(new ConnectionMessage.Find(self, tenant, of.session()));
      case CONNECTION_LIST ->
          connections.ask(
              new ConnectionMessage.ListConnections(
                  self, Selection.ofUser(tenant, of.user()), "", PAGE));
    };
  }

  private Future<SessionView> get(String tenant, AttachedSession of) {
    return sessions.ask(new SessionMessage.Get(self, tenant, of.session()));
  }

  /**
   * Updates by compare and set. The first update of a session, and the first after a failure, reads
   * the version before.
   */
  private Future<SessionView> update(String tenant, AttachedSession of) {
    Long version = versions.remove(of.session());
    return version == null
        ? get(tenant, of).compose(view -> set(tenant, of, view.version()))
        : set(tenant, of, version);
  }

  private Future<SessionView> set(String tenant, AttachedSession of, long version) {
    Map<String, String> attributes = Map.of("load", String.valueOf(++updates));
    return sessions
        .ask(new SessionMessage.SetAttributes(self, tenant, of.session(), version, attributes))
        .onSuccess(view -> versions.put(of.session(), view.version()));
  }
}
