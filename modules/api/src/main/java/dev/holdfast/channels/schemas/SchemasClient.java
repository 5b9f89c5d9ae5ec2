package dev.holdfast.channels.schemas;

import dev.holdfast.channels.schemas.SchemaMessage.Done;
import dev.holdfast.channels.schemas.SchemaMessage.Listed;
import dev.holdfast.channels.schemas.SchemaMessage.Schema;
import dev.holdfast.core.bus.Bus;
import io.vertx.core.Future;
import java.time.Duration;

/**
 * A tenant's schemas, from anywhere in the cluster. Failures are {@link
 * dev.holdfast.core.HoldfastException}s; each request may be sent again. Safe on any thread.
 */
public final class SchemasClient {
  private final Bus bus;
  private final Duration timeout;

  public SchemasClient(Bus bus, Duration timeout) {
    this.bus = bus;
    this.timeout = timeout;
  }

  /**
   * Registers a schema: in force on every node 10 s later at the latest. Fails with BAD_REQUEST
   * where it is not a schema that can be used, CONFLICT where the version has another one,
   * LIMIT_EXCEEDED, or FORBIDDEN.
   */
  public Future<Done> register(SchemaMessage.Register message) {
    return bus.ask(SchemaMessage.ADDRESS, message, timeout);
  }

  /** Removes a schema: no longer in force 10 s later at the latest. */
  public Future<Done> remove(SchemaMessage.Remove message) {
    return bus.ask(SchemaMessage.ADDRESS, message, timeout);
  }

  public Future<Listed> list(SchemaMessage.ListAll message) {
    return bus.ask(SchemaMessage.ADDRESS, message, timeout);
  }

  /** NOT_FOUND where there is none. */
  public Future<Schema> get(SchemaMessage.Get message) {
    return bus.ask(SchemaMessage.ADDRESS, message, timeout);
  }
}
