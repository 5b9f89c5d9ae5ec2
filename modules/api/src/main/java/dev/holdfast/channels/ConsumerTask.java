package dev.holdfast.channels;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A consumer's work and means; the same over all its leases.
 *
 * @param context all of it runs there
 * @param handler handles one publication
 * @param gaps gets what can't be read any more
 */
record ConsumerTask(
    Bus bus,
    Context context,
    Caller.Service service,
    Channel channel,
    ChannelConsumerConfig config,
    ServiceClient client,
    Function<Publication, Future<Void>> handler,
    Consumer<Gap> gaps) {

  Vertx vertx() {
    return bus.vertx();
  }

  void later(long ms, Runnable action) {
    vertx().setTimer(Math.max(1, ms), timer -> context.runOnContext(now -> action.run()));
  }
}
