package dev.holdfast.gateway.http.publish;

import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Publish;
import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.bus.ServiceClient;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Publishes numbered publications. A caller may send them over several connections, on which they
 * overtake each other. One that comes too early is tried again for a second, since those before it
 * may come by any node. It keeps no state.
 */
final class NumberedPublisher {
  /** The most that a number is ahead; connections that overtake each other don't explain more. */
  private static final int MOST_EARLY = 1_000;

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);
  private static final long FIRST_WAIT_MS = 5;

  private final ServiceClient channels;
  private final Publish message;
  private final Publisher publisher;
  private final EarlyOnes earlyOnes;
  private final long began = System.nanoTime();
  private final Result[] results;

  NumberedPublisher(ServiceClient channels, EarlyOnes earlyOnes, Publish message) {
    this.earlyOnes = earlyOnes;
    this.channels = channels;
    this.message = message;
    this.publisher = Objects.requireNonNull(message.publisher(), "numbered");
    this.results = new Result[message.items().size()];
  }

  Future<List<Result>> publish() {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      all.add(i);
    }
    return publish(all, FIRST_WAIT_MS);
  }

  private Future<List<Result>> publish(List<Integer> places, long wait) {
    List<Item> items = places.stream().map(message.items()::get).toList();
    return channels
        .ask(new Publish(message.caller(), null, message.channel(), publisher, items))
        .compose(published -> published(places, published, wait));
  }

  private Future<List<Result>> published(List<Integer> places, Published published, long wait) {
    List<Integer> early = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      Result result = published.results().get(i);
      results[places.get(i)] = result;
      if (result.refused() == ErrorCode.OUT_OF_SEQUENCE) {
        early.add(places.get(i));
      } else if (result.refused() == null) {
        earlyOnes.announce(number(message.items().get(places.get(i)).n()));
      }
    }
    if (early.isEmpty() || !isWorthWaiting(early.get(0))) {
      return Future.succeededFuture(List.of(results));
    }
    String before = number(message.items().get(early.get(0)).n() - 1);
    return earlyOnes
        .stored(ContextInternal.current(), before, wait)
        .compose(now -> publish(early, 2 * wait));
  }

  private String number(long n) {
    return message.channel() + " " + publisher.id() + " " + n;
  }

  /**
   * Returns whether the missing numbers may still come; not if an earlier one of this same request
   * was refused for good.
   */
  private boolean isWorthWaiting(int first) {
    for (int i = 0; i < first; i++) {
      if (results[i].refused() != null) {
        return false;
      }
    }
    long ahead = message.items().get(first).n() - results[first].expected();
    return ahead <= MOST_EARLY && System.nanoTime() - began < PATIENCE;
  }
}
