package dev.holdfast.channels.schemas;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Requests about a tenant's schemas. For services alone; to register and remove takes the
 * permission {@code schema:<event>}. Each is safe to send again.
 */
public sealed interface SchemaMessage<A> extends ServiceMessage<A> {
  /** The service's address on the bus. */
  String ADDRESS = "schemas";

  @Override
  default String address() {
    return ADDRESS;
  }

  /** Bytes of one schema's text. */
  int MAX_BYTES = 16 << 10;

  /** Schemas of one tenant. */
  int MAX_SCHEMAS = 256;

  /**
   * Registers a schema, which is in force on every node 10 s later at the latest. One that is
   * registered never changes: the same text again is done, another is CONFLICT. Fails with
   * BAD_REQUEST if it is not a schema that can be used, LIMIT_EXCEEDED, or FORBIDDEN.
   *
   * @param schema JSON Schema 2020-12, as text, at most {@link #MAX_BYTES}
   */
  record Register(Caller caller, String tenant, SchemaName name, String schema)
      implements SchemaMessage<Done> {
    public Register {
      check(caller, tenant);
      Objects.requireNonNull(name, "name");
      if (schema == null || schema.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.TOO_LARGE, "schema: at most " + MAX_BYTES);
      }
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.register(this);
    }
  }

  /** Removes a schema, which is no longer in force 10 s later; done also if there is none. */
  record Remove(Caller caller, String tenant, SchemaName name) implements SchemaMessage<Done> {
    public Remove {
      check(caller, tenant);
      Objects.requireNonNull(name, "name");
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.remove(this);
    }
  }

  /** Lists the schemas of a tenant, without their texts. */
  record ListAll(Caller caller, String tenant) implements SchemaMessage<Listed> {
    public ListAll {
      check(caller, tenant);
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
   * @param names by event and version
   */
  record Listed(List<SchemaName> names) implements BusValue {
    public Listed {
      names = List.copyOf(names);
    }
  }

  /** Reads one schema; NOT_FOUND if there is none. */
  record Get(Caller caller, String tenant, SchemaName name) implements SchemaMessage<Schema> {
    public Get {
      check(caller, tenant);
      Objects.requireNonNull(name, "name");
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.get(this);
    }
  }

  /**
   * @param schema as it was registered
   */
  record Schema(SchemaName name, String schema) implements BusValue {}

  /** The answer to a change that was made. */
  record Done() implements BusValue {}

  /** One method per message. */
  interface Handler<R> {
    R register(Register message);

    R remove(Remove message);

    R list(ListAll message);

    R get(Get message);
  }

  <R> R dispatch(Handler<R> handler);

  private static void check(Caller caller, String tenant) {
    Objects.requireNonNull(caller, "caller");
    Names.tenant(tenant);
  }
}
