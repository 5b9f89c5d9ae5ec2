package dev.holdfast.channels;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Publishes for one instance of a service. Durable publications are stored once and, per channel,
 * in the order of the calls, whatever happens to nodes and answers in between. It numbers them, has
 * one batch under way per channel, and sends again from the first that is unanswered, to any node.
 *
 * <p>Safe on any thread; the order is that in which calls reach its context. Answers come there.
 */
public final class ServicePublisher {
  private static final long SWEEP_MS = 60_000;

  private final Bus bus;
  private final Context context;
  private final Caller.Service service;
  private final ServicePublisherConfig config;
  private final ServiceClient client;
  private final Map<Channel, PublisherLane> lanes = new HashMap<>();
  private final long sweeper;

  /** Makes one with the default settings. */
  public ServicePublisher(Bus bus, Caller.Service service) {
    this(bus, service, ServicePublisherConfig.DEFAULT);
  }

  public ServicePublisher(Bus bus, Caller.Service service, ServicePublisherConfig config) {
    this.bus = bus;
    this.context = bus.vertx().getOrCreateContext();
    this.service = service;
    this.config = config;
    this.client = new ServiceClient(bus, config.requestTimeout());
    this.sweeper = bus.vertx().setPeriodic(SWEEP_MS, timer -> context.runOnContext(now -> sweep()));
  }

  /**
   * Publishes durably.
   *
   * @param data one JSON value, as text
   * @return where it is stored; none where that is no longer known (a duplicate of long ago). Fails
   *     with BAD_REQUEST, FORBIDDEN, NOT_FOUND (the channel of a session that is not), RATE_LIMITED
   *     (too many unanswered), STORE_FULL, or TIMEOUT (given up; it is not known whether it is
   *     stored)
   */
  public Future<@Nullable Position> publish(Channel channel, String event, String data) {
    Names.event(event);
    if (!JsonText.isValue(data)) {
      return Future.failedFuture(
          HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "data: not one JSON value"));
    }
    Promise<@Nullable Position> promise = Promise.promise();
    context.runOnContext(now -> lane(channel).add(event, data, promise));
    return promise.future();
  }

  /**
   * Publishes to whoever reads the channel now. It is stored nowhere, and has no order with durable
   * publications.
   */
  public Future<Void> publishVolatile(Channel channel, String event, String data) {
    var item = new ChannelMessage.Item(0, event, data, true);
    var message = new ChannelMessage.Publish(service, null, channel, null, List.of(item));
    return client.ask(message).mapEmpty();
  }

  /** Fails what is unanswered with TIMEOUT, and stops. */
  public void close() {
    bus.vertx().cancelTimer(sweeper);
    context.runOnContext(now -> lanes.values().forEach(PublisherLane::giveUp));
  }

  private PublisherLane lane(Channel channel) {
    return lanes.computeIfAbsent(
        channel, fresh -> new PublisherLane(bus.vertx(), service, channel, client, config));
  }

  /**
   * A lane that was idle for long is dropped; the next publication begins with a fresh publisher
   * id.
   */
  private void sweep() {
    long idleSince = System.nanoTime() - Duration.ofMinutes(10).toNanos();
    lanes.values().removeIf(lane -> lane.idleSince(idleSince));
  }
}
