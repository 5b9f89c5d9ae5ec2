package dev.holdfast.core;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.function.Function;

/**
 * The event bus with our codec and our failures. A request fails with a {@link HoldfastException};
 * TIMEOUT and UNAVAILABLE leave its outcome unknown. Safe on any thread.
 */
public final class Bus {
  private final Vertx vertx;

  /** Registers the codec at the first call for a Vert.x instance. */
  public Bus(Vertx vertx) {
    this.vertx = vertx;
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

  /** Asks any instance in the cluster that serves the address. */
  public <A> Future<A> ask(String address, BusMessage<A> message, Duration timeout) {
    return request(address, message, options(timeout));
  }

  /**
   * Asks the instance of this process; requests of one sender are handled in the order in which
   * they are sent.
   */
  public <A> Future<A> askLocal(String address, BusMessage<A> message, Duration timeout) {
    return request(address, message, options(timeout).setLocalOnly(true));
  }

  /** Sends without an answer: for hints only, whose loss costs latency and nothing else. */
  public void hint(String address, BusValue message) {
    vertx.eventBus().send(address, message, options(Duration.ofSeconds(5)));
  }

  /**
   * As {@link #hint}.
   *
   * @return done when it is written to the connection, or can't be: until then the bus keeps it in
   *     memory, without a bound of its own. Completes on any thread
   */
  public Future<Void> write(String address, BusValue message) {
    DeliveryOptions options = options(Duration.ofSeconds(5));
    return vertx.eventBus().<BusValue>sender(address, options).write(message);
  }

  /**
   * Serves an address in the whole cluster; the handler's failure goes back by name. Registered
   * when the future of {@link MessageConsumer#completion()} is.
   */
  public <M extends BusMessage<?>> MessageConsumer<M> serve(
      String address, Function<M, ? extends Future<?>> handler) {
    return vertx.eventBus().consumer(address, message -> answer(message, handler));
  }

  private <M extends BusMessage<?>> void answer(
      Message<M> request, Function<M, ? extends Future<?>> handler) {
    try {
      handler
          .apply(request.body())
          .onSuccess(value -> request.reply(value, options(Duration.ofSeconds(5))))
          .onFailure(failure -> refuse(request, failure));
    } catch (RuntimeException e) {
      refuse(request, e);
    }
  }

  private static void refuse(Message<?> request, Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    request.fail(named.code().number, named.publicMessage());
  }

  private <A> Future<A> request(String address, BusMessage<A> message, DeliveryOptions options) {
    return vertx
        .eventBus()
        .<A>request(address, message, options)
        .map(Message::body)
        .recover(failure -> Future.failedFuture(HoldfastException.from(failure)));
  }

  private static DeliveryOptions options(Duration timeout) {
    return new DeliveryOptions().setCodecName(BusCodec.NAME).setSendTimeout(timeout.toMillis());
  }
}
