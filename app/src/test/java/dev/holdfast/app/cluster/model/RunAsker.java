package dev.holdfast.app.cluster.model;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.ServiceMessage;
import dev.holdfast.core.bus.ServiceClient;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks the runs service as a service does that waits for each answer. */
final class RunAsker {
  /** All runs of the model are of it: its logs are not as short as others of the model. */
  static final String TENANT = "agents";

  static final Caller.Service ME =
      new Caller.Service("model", Ids.fresh(), Set.of(TENANT), Set.of());

  private final ServiceClient client;

  RunAsker(BusService service) {
    client = new ServiceClient(service.bus(), Duration.ofSeconds(5));
  }

  /**
   * @throws HoldfastException as it was refused, TIMEOUT also if there was no answer
   */
  <A> A ask(ServiceMessage<A> message) {
    try {
      return client
          .ask(message)
          .toCompletionStage()
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      throw HoldfastException.from(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new HoldfastException(ErrorCode.TIMEOUT, "no answer at all");
    }
  }

  /** Asks, and does not wait. */
  void send(ServiceMessage<? extends BusValue> message) {
    client.ask(message);
  }

  /** Whether the same may be asked again, and answered otherwise. */
  static boolean isForNow(HoldfastException refusal) {
    return refusal.code().retryable && refusal.code() != ErrorCode.OUT_OF_SEQUENCE;
  }
}
