package dev.holdfast.core.bus;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bounds.SampledLog;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A node's own address on the event bus, the only one besides those of its services: messages to
 * this node (hints, beats, "replaced") are handed to whoever registered for their type. One
 * clustered registration, however many connections there are. A receiver is called on the context
 * on which {@link #open} was called.
 */
public final class NodeInbox {
  private static final SampledLog LOG =
      new SampledLog(LoggerFactory.getLogger(NodeInbox.class), Duration.ofMinutes(1));

  private final Bus bus;
  private final NodeId node;
  private final Map<Class<?>, Consumer<BusValue>> receivers = new ConcurrentHashMap<>();
  private @Nullable MessageConsumer<Object> consumer;

  public NodeInbox(Bus bus, NodeId node) {
    this.bus = bus;
    this.node = node;
  }

  public NodeId node() {
    return node;
  }

  /**
   * Registers the receiver of a type of messages; a second one for the same type replaces the
   * first.
   */
  public <M extends BusValue> void on(Class<M> type, Consumer<M> receiver) {
    receivers.put(type, value -> receiver.accept(type.cast(value)));
  }

  /** Completes when the cluster knows the address; may be called again after {@link #close}. */
  public Future<Void> open() {
    consumer = bus.vertx().eventBus().consumer(node.address(), this::receive);
    return consumer.completion();
  }

  /**
   * Unregisters and registers again: the repair when peers no longer reach this node. Where the
   * cluster did not take the first step, it is what is to be repaired.
   */
  public Future<Void> reopen() {
    return close().transform(gone -> open());
  }

  public Future<Void> close() {
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  private void receive(Message<Object> message) {
    Consumer<BusValue> receiver = null;
    try {
      receiver = message.body() == null ? null : receivers.get(message.body().getClass());
    } catch (RuntimeException e) {
      LOG.info("unread", "A message to this node is not read: " + e.getMessage());
    }
    if (receiver != null) {
      receiver.accept((BusValue) message.body());
    }
  }
}
