package dev.holdfast.core.bus;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of an internal service that answers users' {@code request}s. Instances of one name,
 * in any process of the cluster, share the load; a request reaches one of them, once or (where it
 * or its connection is lost) not at all.
 *
 * <p>A method gets the caller, verified, and one JSON value; it answers with one JSON value. It
 * fails with a {@link HoldfastException} to name why: the user sees the code, and the message if it
 * was {@link HoldfastException#withPublicMessage}. Any other failure is INTERNAL, and is logged
 * here. The node has checked {@code request:<service>}; what else the caller may do is the method's
 * to check.
 *
 * <p>Methods are called on the context on which {@link #start} was called, one after another; what
 * they answer may come later, in any order.
 */
public final class ServiceHost {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceHost.class);

  /** More are refused with RATE_LIMITED: nobody waits in a queue that only grows. */
  private static final int MAX_UNANSWERED = 1_000;

  /** The longest that a user can wait; see the protocol's {@code request}. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Bus bus;
  private final String address;
  private final Map<String, Function<ServiceRequest, Future<String>>> methods =
      new ConcurrentHashMap<>();
  private final AtomicInteger unanswered = new AtomicInteger();
  private @Nullable Serving<ServiceRequest> serving;

  /**
   * @param service the name that users give, 1 to 64 letters, digits, {@code _ -}
   */
  public ServiceHost(Bus bus, String service) {
    this.bus = bus;
    this.address = ServiceRequest.address(service);
  }

  /**
   * Answers requests for a method. To be called before {@link #start}.
   *
   * @param name 1 to 128 letters, digits and {@code . _ : / -}
   * @param method from the caller and one JSON value to one JSON value
   */
  public ServiceHost method(String name, BiFunction<Caller, String, Future<String>> method) {
    return method(name, request -> method.apply(request.caller(), request.data()));
  }

  /** Answers requests for a method that wants to know which session asks. */
  public ServiceHost method(String name, Function<ServiceRequest, Future<String>> method) {
    if (methods.putIfAbsent(Names.event(name), method) != null) {
      throw new IllegalArgumentException("two methods " + name);
    }
    return this;
  }

  /** Begins to take requests; done when the cluster knows the instance. */
  public Future<Void> start() {
    Context context = bus.vertx().getOrCreateContext();
    Promise<Void> started = Promise.promise();
    context.runOnContext(now -> listen().onComplete(started));
    return started.future();
  }

  private Future<Void> listen() {
    serving = bus.serve(address, this::answer);
    return serving.completion();
  }

  /** Takes no more requests; those under way are answered. */
  public Future<Void> stop() {
    return serving == null ? Future.succeededFuture() : serving.unregister();
  }

  private Future<ServiceReply> answer(ServiceRequest request) {
    var method = methods.get(request.method());
    if (method == null) {
      return refused(ErrorCode.NOT_FOUND, "method: " + request.method() + " is not one of this");
    }
    if (unanswered.incrementAndGet() > MAX_UNANSWERED) {
      unanswered.decrementAndGet();
      return refused(ErrorCode.RATE_LIMITED, ErrorCode.RATE_LIMITED.publicText);
    }
    return call(method, request)
        .timeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .onComplete(done -> unanswered.decrementAndGet())
        .map(ServiceHost::reply)
        .recover(failure -> named(request, failure));
  }

  private static Future<String> call(
      Function<ServiceRequest, Future<String>> method, ServiceRequest request) {
    try {
      Future<String> answer = method.apply(request);
      return answer == null ? Future.failedFuture("answered no future") : answer;
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private static ServiceReply reply(String data) {
    if (data == null || !JsonText.isValue(data)) {
      throw new IllegalStateException("answered what is not one JSON value");
    }
    return new ServiceReply(data);
  }

  private <T> Future<T> named(ServiceRequest request, Throwable failure) {
    if (failure instanceof TimeoutException) {
      return refused(ErrorCode.TIMEOUT, ErrorCode.TIMEOUT.publicText);
    }
    if (!(failure instanceof HoldfastException)) {
      LOG.error("{} {} failed", address, request.method(), failure);
    }
    return Future.failedFuture(HoldfastException.from(failure));
  }

  private static <T> Future<T> refused(ErrorCode code, String message) {
    return Future.failedFuture(HoldfastException.withPublicMessage(code, message));
  }
}
