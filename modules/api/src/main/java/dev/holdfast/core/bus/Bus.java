package dev.holdfast.core.bus;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.core.audit.Origin;
import dev.holdfast.core.audit.Witness;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The event bus with our codec and our failures. A request fails with a {@link HoldfastException};
 * TIMEOUT and UNAVAILABLE leave its outcome unknown. Safe on any thread.
 */
public final class Bus {
  private static final long HINT_MS = 5_000;

  private final Vertx vertx;
  private final Exchange exchange;

  /** Registers the codec at the first call for a Vert.x instance. */
  public Bus(Vertx vertx) {
    this.vertx = vertx;
    this.exchange = Exchange.of(vertx);
    try {
      vertx.eventBus().registerCodec(new BusCodec());
    } catch (IllegalStateException e) {
      // Registered before, by another part of this process; the registry has no other way to ask.
      return;
    }
  }

  public Vertx vertx() {
    return vertx;
  }

  /**
   * Asks an instance that serves the address: this process's own, else one that answers. If the one
   * that was asked is gone, silent or slow, a {@link BusMessage#repeatable} message is asked of
   * another; any other message fails as UNAVAILABLE, outcome unknown, as soon as its instance is
   * known to be gone. What was certainly not read is always asked of another.
   */
  public <A> Future<A> ask(String address, BusMessage<A> message, Duration timeout) {
    return ask(address, message, timeout, null);
  }

  /**
   * @param origin who asked for it over HTTP
   */
  <A> Future<A> ask(
      String address, BusMessage<A> message, Duration timeout, @Nullable Origin origin) {
    return new Asking<>(exchange, address, message, origin, timeout)
        .start()
        .map(Message::body)
        .recover(Bus::failed);
  }

  /** Asks a {@link ServiceHost}; NO_SERVICE if there is none of that name. */
  public Future<ServiceReply> askService(String name, ServiceRequest request, Duration timeout) {
    return new Asking<>(exchange, ServiceRequest.address(name), request, null, timeout)
        .start()
        .map(Message::body)
        .recover(failure -> Future.failedFuture(service(failure)));
  }

  /**
   * Asks the instance of this process; requests of one sender are handled in the order in which
   * they are sent.
   */
  public <A> Future<A> askLocal(String address, BusMessage<A> message, Duration timeout) {
    return askLocal(address, message, timeout, null);
  }

  /**
   * @param origin who asked for it over HTTP
   */
  <A> Future<A> askLocal(
      String address, BusMessage<A> message, Duration timeout, @Nullable Origin origin) {
    DeliveryOptions options = exchange.asked(origin, timeout.toMillis()).setLocalOnly(true);
    return vertx
        .eventBus()
        .<A>request(address, message, options)
        .map(Message::body)
        .recover(Bus::failed);
  }

  /** Sends without an answer: for hints only, whose loss costs latency and nothing else. */
  public void hint(String address, BusValue message) {
    vertx.eventBus().send(address, message, Exchange.options(HINT_MS));
  }

  /** Sends a hint to all that listen at the address, in the whole cluster; there may be none. */
  public void publish(String address, BusValue message) {
    vertx.eventBus().publish(address, message, Exchange.options(HINT_MS));
  }

  /**
   * Sends without an answer, as {@link #hint}.
   *
   * @return done when it is written to the connection, or can't be: until then the bus keeps it in
   *     memory, without a bound of its own. Completes on any thread
   */
  public Future<Void> write(String address, BusValue message) {
    DeliveryOptions options = Exchange.options(HINT_MS);
    return vertx.eventBus().<BusValue>sender(address, options).write(message);
  }

  /** Serves an address in the whole cluster; the handler's failure goes back by name. */
  public <M extends BusMessage<?>> Serving<M> serve(
      String address, Function<M, ? extends Future<?>> handler) {
    return new Serving<>(exchange, address, handler);
  }

  /**
   * Sets who sees the requests to this process's services from now on; there is one, for all buses
   * of a Vert.x.
   */
  public void witnessedBy(Witness witness) {
    exchange.witness = witness;
  }

  /**
   * Registers counts of this process's requests and answers, {@code holdfast.bus.*}, in a registry.
   */
  public void bindTo(MeterRegistry registry) {
    exchange.counts.bindTo(registry);
    exchange.unread.bindTo(registry);
  }

  private static <T> Future<T> failed(Throwable failure) {
    return Future.failedFuture(HoldfastException.from(failure));
  }

  private static HoldfastException service(Throwable failure) {
    boolean nobody =
        failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
    return nobody
        ? new HoldfastException(ErrorCode.NO_SERVICE, failure.getMessage())
        : HoldfastException.from(failure);
  }
}
