package dev.holdfast.core.bus;

import dev.holdfast.core.ServiceMessage;
import dev.holdfast.core.audit.Origin;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks Holdfast's services (sessions, connections, channels, schemas, files, usage), from anywhere
 * in the cluster. Each message says what it does, what it answers, and how it may fail. Safe on any
 * thread.
 *
 * <p>Failures are {@link dev.holdfast.core.HoldfastException}s. TIMEOUT and UNAVAILABLE leave the
 * outcome unknown; the message may be sent again, unless it says that it makes something new.
 */
public final class ServiceClient {
  private final Bus bus;
  private final Duration patience;
  private final boolean local;
  private final @Nullable Origin origin;

  /**
   * Asks any node.
   *
   * @param patience how long an answer may take, unless the message says otherwise
   */
  public ServiceClient(Bus bus, Duration patience) {
    this(bus, patience, false, null);
  }

  private ServiceClient(Bus bus, Duration patience, boolean local, @Nullable Origin origin) {
    this.bus = bus;
    this.patience = patience;
    this.local = local;
    this.origin = origin;
  }

  /**
   * Asks this process's own instances. They handle the messages of one sender for one session or
   * channel in the order in which they are sent.
   */
  public static ServiceClient local(Bus bus, Duration patience) {
    return new ServiceClient(bus, patience, true, null);
  }

  /**
   * Returns a client that asks in the same way, for somebody.
   *
   * @param who asked for it over HTTP; none: a part of this process, as before
   */
  public ServiceClient by(@Nullable Origin who) {
    return new ServiceClient(bus, patience, local, who);
  }

  /** Sends a message to its service, and returns the answer. */
  public <A> Future<A> ask(ServiceMessage<A> message) {
    return ask(message, patience);
  }

  /** Sends a message like {@link #ask(ServiceMessage)}, with a patience of its own. */
  public <A> Future<A> ask(ServiceMessage<A> message, Duration usual) {
    Duration timeout = message.patience(usual);
    return local
        ? bus.askLocal(message.address(), message, timeout, origin)
        : bus.ask(message.address(), message, timeout, origin);
  }
}
