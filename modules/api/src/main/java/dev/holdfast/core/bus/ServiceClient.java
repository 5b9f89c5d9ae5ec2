package dev.holdfast.core.bus;

import dev.holdfast.core.ServiceMessage;
import io.vertx.core.Future;
import java.time.Duration;

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

  /**
   * Asks any node.
   *
   * @param patience how long an answer may take, unless the message says otherwise
   */
  public ServiceClient(Bus bus, Duration patience) {
    this(bus, patience, false);
  }

  private ServiceClient(Bus bus, Duration patience, boolean local) {
    this.bus = bus;
    this.patience = patience;
    this.local = local;
  }

  /**
   * Asks this process's own instances. They handle the messages of one sender for one session or
   * channel in the order in which they are sent.
   */
  public static ServiceClient local(Bus bus, Duration patience) {
    return new ServiceClient(bus, patience, true);
  }

  /** Sends a message to its service, and returns the answer. */
  public <A> Future<A> ask(ServiceMessage<A> message) {
    return ask(message, patience);
  }

  /** Sends a message like {@link #ask(ServiceMessage)}, with a patience of its own. */
  public <A> Future<A> ask(ServiceMessage<A> message, Duration usual) {
    Duration timeout = message.patience(usual);
    return local
        ? bus.askLocal(message.address(), message, timeout)
        : bus.ask(message.address(), message, timeout);
  }
}
