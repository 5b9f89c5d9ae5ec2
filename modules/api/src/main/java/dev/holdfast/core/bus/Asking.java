package dev.holdfast.core.bus;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.audit.Origin;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, the first of an instance that gives one. Another is asked when the
 * first was certainly not reached; a repeatable request also when the first is gone, suspected or
 * slow. Safe on any thread; the answer comes on the asker's context.
 */
final class Asking<A> implements Instance.Waiting {
  private static final int MOST_INSTANCES = 3;

  private final Exchange exchange;
  private final Instances instances;
  private final String address;
  private final BusMessage<A> message;
  private final @Nullable Origin origin;
  private final Context context;
  private final Promise<Message<A>> answer = Promise.promise();
  private final Set<@Nullable Instance> asked = new HashSet<>();
  private final Set<Instance> open = new HashSet<>();
  private final long begun;
  private final long until;
  private boolean openAtLarge;
  private boolean over;
  private long movedAt;

  /**
   * @param origin who asked for it over HTTP; none: a part of this process
   */
  Asking(
      Exchange exchange,
      String address,
      BusMessage<A> message,
      @Nullable Origin origin,
      Duration timeout) {
    this.exchange = exchange;
    this.instances = exchange.instances(address);
    this.address = address;
    this.message = message;
    this.origin = origin;
    this.context = exchange.vertx.getOrCreateContext();
    this.begun = System.nanoTime();
    this.movedAt = begun;
    this.until = begun + timeout.toNanos();
  }

  /** Fails with what the bus says, a {@link ReplyException}, or a {@link HoldfastException}. */
  Future<Message<A>> start() {
    exchange.present();
    instances.asked(this);
    send(instances.next(Set.of(), message.preference()));
    return answer.future();
  }

  @Override
  public boolean isPrompt() {
    return !message.waits();
  }

  /**
   * @param to none: whomever the bus chooses
   */
  private void send(@Nullable Instance to) {
    long sent = System.nanoTime();
    synchronized (this) {
      if (over) {
        return;
      }
      asked.add(to);
      if (to == null) {
        openAtLarge = true;
      } else {
        open.add(to);
      }
    }
    if (to == null && !message.repeatable()) {
      findFirst();
      return;
    }
    if (to != null) {
      to.asked(this);
    }
    request(to, sent);
  }

  /**
   * Whomever the bus chooses may just have stopped, and then says nothing: what may be asked once
   * only is asked of one that has said that it is there.
   */
  private void findFirst() {
    long patience = Math.min(Instances.QUESTION_MS, millisLeft(System.nanoTime()));
    exchange
        .who(address, patience)
        .onSuccess(answer -> instances.seen(answer.headers().get(Exchange.BY)))
        .onComplete(answered -> sendToFound(answered.cause()));
  }

  private void sendToFound(@Nullable Throwable failure) {
    Instance found = next();
    long now = System.nanoTime();
    if (found != null) {
      close(null);
      send(found);
    } else if (isTimeout(failure) && now - begun < (until - begun) / 2) {
      findFirst();
    } else {
      // None, or one of before, which does not answer questions.
      request(null, now);
    }
  }

  private static boolean isTimeout(@Nullable Throwable failure) {
    return failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.TIMEOUT;
  }

  private void request(@Nullable Instance to, long sent) {
    exchange
        .request(to, address, message, origin, millisLeft(sent))
        .onComplete(got -> came(to, sent, got));
  }

  private long millisLeft(long now) {
    return Math.max(1, (until - now) / 1_000_000);
  }

  private void came(@Nullable Instance from, long sent, AsyncResult<Message<A>> got) {
    long took = isPrompt() ? System.nanoTime() - sent : -1;
    if (from != null) {
      from.done(this);
    }
    if (got.succeeded() && got.result().headers().contains(Exchange.NOT_READ)) {
      notSent(from, new ReplyException(ReplyFailure.NO_HANDLERS, address + ": has stopped"));
    } else if (got.succeeded()) {
      succeeded(from, took, got.result());
    } else if (got.cause() instanceof ReplyException failure) {
      failed(from, took, failure);
    } else {
      closed(from, got.cause());
    }
  }

  private void succeeded(@Nullable Instance from, long took, Message<A> message) {
    if (from == null) {
      instances.seen(message.headers().get(Exchange.BY));
    } else {
      from.answered(!(message.body() instanceof BusValue value) || value.sound());
    }
    boolean mayStillBeDone =
        message.body() instanceof BusValue value && !value.decides() && !close(from);
    if (!mayStillBeDone && finish()) {
      instances.answered(this, took);
      onAskersContext(() -> answer.complete(message));
    }
  }

  private void failed(@Nullable Instance from, long took, ReplyException failure) {
    if (failure.failureType() == ReplyFailure.NO_HANDLERS) {
      notSent(from, failure);
      return;
    }
    if (from != null && failure.failureType() == ReplyFailure.RECIPIENT_FAILURE) {
      from.answered(!ErrorCode.of(failure.failureCode()).elsewhere());
    } else if (from != null) {
      from.gaveNoAnswer();
    }
    closed(from, failure);
  }

  /**
   * Handles a request that certainly did not arrive: another instance may be asked, whatever it is.
   */
  private void notSent(@Nullable Instance from, ReplyException failure) {
    if (from != null) {
      instances.left(from);
    }
    if (close(from) && from != null) {
      send(next());
    } else {
      closed(from, failure);
    }
  }

  /** The failure counts where no other answer is waited for. */
  private void closed(@Nullable Instance from, Throwable failure) {
    if (close(from) && finish()) {
      instances.answered(this, -1);
      onAskersContext(() -> answer.fail(failure));
    }
  }

  /** Returns whether nobody is left who might answer. */
  private synchronized boolean close(@Nullable Instance from) {
    if (from == null) {
      openAtLarge = false;
    } else {
      open.remove(from);
    }
    return !over && open.isEmpty() && !openAtLarge;
  }

  private synchronized boolean finish() {
    boolean first = !over;
    over = true;
    return first;
  }

  /** Returns whom to ask next, of those that were not asked yet. */
  private @Nullable Instance next() {
    return instances.next(asked(), message.preference());
  }

  private synchronized Set<Instance> asked() {
    return Set.copyOf(asked.stream().filter(each -> each != null).toList());
  }

  @Override
  public void lost(Instance gone) {
    if (!close(gone)) {
      return;
    }
    if (message.repeatable()) {
      exchange.counts.moved.increment();
      send(next());
    } else if (finish()) {
      instances.answered(this, -1);
      String what = address + ": the instance asked is gone, outcome unknown";
      onAskersContext(() -> answer.fail(new HoldfastException(ErrorCode.UNAVAILABLE, what)));
    }
  }

  @Override
  public void suspected(boolean trusted) {
    Instance next = another();
    if (next != null && (trusted || exchange.spare.take())) {
      move(next);
    }
  }

  @Override
  public void tick(long now, long slowAfter) {
    synchronized (this) {
      if (!isPrompt() || now - movedAt <= slowAfter) {
        return;
      }
    }
    Instance next = another();
    if (next != null && exchange.spare.take()) {
      move(next);
    }
  }

  /** Returns whom to ask beside those that were; none: nobody is to be asked. */
  private synchronized @Nullable Instance another() {
    boolean may = !over && message.repeatable() && asked.size() < MOST_INSTANCES;
    return may ? next() : null;
  }

  private void move(Instance next) {
    synchronized (this) {
      movedAt = System.nanoTime();
    }
    exchange.counts.moved.increment();
    send(next);
  }

  private void onAskersContext(Runnable step) {
    if (Vertx.currentContext() == context) {
      step.run();
    } else {
      context.runOnContext(now -> step.run());
    }
  }
}
