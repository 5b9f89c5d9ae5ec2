package dev.holdfast.core.bus;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.audit.Origin;
import dev.holdfast.core.bounds.Budget;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One instance of a service, at the address that all of them share and at one of its own. A request
 * whose asker has given up is not executed; beyond a number or a weight under way, requests are
 * refused, so that work does not pile up. Safe on any thread; handlers run on the context that
 * serves.
 */
public final class Serving<M extends BusMessage<?>> {
  /** Answered after microseconds to some ms: that many mean that something stands still. */
  private static final int MOST_UNDER_WAY = 8_192;

  private static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / 8;
  private static final long ANSWER_MS = 5_000;

  private final Exchange exchange;
  private final String address;
  private final Function<M, ? extends Future<?>> handler;
  private final MessageConsumer<M> shared;
  private final MessageConsumer<M> own;
  private final String id;
  private final Future<Void> present;
  private final Lateness lateness = new Lateness();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private volatile Consumer<Object> notGiven = answer -> {};
  private int underWay;
  private long bytes;

  Serving(Exchange exchange, String address, Function<M, ? extends Future<?>> handler) {
    this.exchange = exchange;
    this.address = address;
    this.handler = handler;
    this.present = exchange.present();
    this.id = exchange.begin();
    this.own = exchange.vertx.eventBus().consumer(Exchange.direct(id, address), this::received);
    this.shared = exchange.vertx.eventBus().consumer(address, this::received);
  }

  /** Completes when the cluster knows the instance. */
  public Future<Void> completion() {
    return Future.all(present, own.completion(), shared.completion()).mapEmpty();
  }

  /**
   * Sets what is called with an answer that is refused to its asker, as that has not taken those
   * before: what was taken for it can be given back. On the thread that answers.
   */
  public Serving<M> whenNotGiven(Consumer<Object> handler) {
    notGiven = handler;
    return this;
  }

  /** Takes no more requests; those under way are answered. */
  public Future<Void> unregister() {
    if (!stopped.compareAndSet(false, true)) {
      return Future.join(shared.unregister(), own.unregister()).mapEmpty();
    }
    exchange.end(id);
    return exchange
        .giveUp(Exchange.direct(id, address))
        .eventually(() -> Future.join(shared.unregister(), own.unregister()))
        .mapEmpty();
  }

  private void received(Message<M> request) {
    if (!isRead(request)) {
      return;
    }
    if (request.body() == null) {
      request.reply(null, new DeliveryOptions().addHeader(Exchange.BY, id));
    } else if (isLate(request)) {
      exchange.counts.late.increment();
    } else {
      int weight = request.body().weight();
      if (begin(weight)) {
        answer(request, weight);
      } else {
        exchange.counts.refused.increment();
        refuse(request, new HoldfastException(ErrorCode.RATE_LIMITED, "too much under way"));
      }
    }
  }

  /** Returns whether it can be read, and is its sender's to say; if not, answers why. */
  private static boolean isRead(Message<?> request) {
    try {
      Object body = request.body();
      return body == null || body instanceof BusMessage;
    } catch (RuntimeException e) {
      refuse(request, e);
      return false;
    }
  }

  /** Its asker has given up, or will have before it could be answered. */
  private boolean isLate(Message<M> request) {
    Ask ask = Ask.of(request);
    if (ask == null) {
      return false;
    }
    long now = Ask.clock();
    long late =
        ask.process().equals(exchange.process)
            ? now - ask.sent()
            : lateness.of(ask.process(), ask.sent(), now);
    return late >= ask.patience();
  }

  /** Counts a request, if there is room. One that weighs nothing is bounded by its asker. */
  private synchronized boolean begin(int weight) {
    if (weight == 0) {
      return true;
    }
    if (underWay >= MOST_UNDER_WAY || (underWay > 0 && bytes + weight > MOST_BYTES)) {
      return false;
    }
    count(1, weight);
    return true;
  }

  private synchronized void end(int weight) {
    if (weight > 0) {
      count(-1, -weight);
    }
  }

  private void count(int requests, int weight) {
    underWay += requests;
    bytes += weight;
    exchange.counts.underWay.addAndGet(requests);
    exchange.counts.bytes.addAndGet(weight);
  }

  private void answer(Message<M> request, int weight) {
    Future<?> answer;
    try {
      answer = handler.apply(request.body());
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    witnessed(request, answer)
        .onComplete(done -> end(weight))
        .onSuccess(value -> reply(request, value))
        .onFailure(failure -> refuse(request, failure));
  }

  /** What a part of this process asks on its own account nobody sees. */
  private Future<?> witnessed(Message<M> request, Future<?> answer) {
    if (!exchange.witness.concerns(request.body())) {
      return answer;
    }
    boolean fromWire = request instanceof ClusteredMessage<?, ?> sent && sent.isFromWire();
    Origin origin = fromWire ? null : Origin.parse(request.headers().get(Exchange.ORIGIN));
    boolean own = !fromWire && origin == null;
    return own ? answer : exchange.witness.saw(request.body(), origin, answer);
  }

  /** Answers, unless the answer is large and the asker has not taken those before. */
  private void reply(Message<M> request, Object value) {
    int bytes = value instanceof BusValue known ? known.answerBytes() : 0;
    Ask ask = bytes < UnreadAnswers.LARGE ? null : Ask.of(request);
    if (ask == null || ask.process().equals(exchange.process)) {
      request.reply(value, options());
      return;
    }
    Budget.Share room = exchange.unread.take(ask.process(), bytes);
    if (room == null) {
      notGiven.accept(value);
      String why = "answers to this asker are not taken";
      refuse(request, new HoldfastException(ErrorCode.UNAVAILABLE, why));
    } else {
      request.reply(value, options());
      exchange.unread.given(ask.process(), bytes, room);
    }
  }

  private DeliveryOptions options() {
    return Exchange.options(ANSWER_MS).addHeader(Exchange.BY, id);
  }

  private static void refuse(Message<?> request, Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    request.fail(named.code().number, named.publicMessage());
  }
}
