package dev.holdfast.channels.fanout;

import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.protocol.EncodedFrame;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one event loop; made for a {@link HubVerticle}. Takes each segment of a channel
 * once from the hub, and hands its frames, encoded already, to all readers that are in step; the
 * others follow by their own cursors. Confined to its context, except for the package's calls from
 * the hub, which hop to it.
 */
public final class Fanout implements Tap {
  private final Vertx vertx;
  private final Context context;
  private final HubVerticle hub;
  private final Map<Channel, LocalChannel> channels = new HashMap<>();
  private final Map<FrameSink, Set<Subscription>> stalled = new IdentityHashMap<>();

  /**
   * @param context an event loop's; every other method is called there
   */
  public Fanout(Context context, HubVerticle hub) {
    this.vertx = hub.bus().vertx();
    this.context = context;
    this.hub = hub;
  }

  /**
   * Opens a channel for a reader. Nothing is handed to the sink before {@link Subscription#start}.
   * The caller checks whether the reader may read it.
   *
   * @return the subscription; fails with UNAVAILABLE, or with NOT_FOUND if it is the channel of a
   *     session that does not exist
   */
  public Future<Subscription> open(Channel channel, Start start, FrameSink sink) {
    LocalChannel local = channels.get(channel);
    if (local == null) {
      local = new LocalChannel(channel, this);
      channels.put(channel, local);
      hub.open(channel, this);
    } else if (channel.name().kind() == ChannelName.Kind.SESSION && !local.isExpected()) {
      // The session may have been elsewhere since the channel was opened, and come back.
      hub.compare(channel);
    }
    return local.add(start, sink);
  }

  /**
   * Opens the channel of a session that is being made, before the attach: what is published to it
   * from then on is seen. So the attach is all that has to be asked.
   *
   * @param channel of an id that nobody else knows
   */
  public Expected expect(Channel channel) {
    LocalChannel local = new LocalChannel(channel, this);
    channels.put(channel, local);
    local.hold();
    hub.expect(channel, this);
    return new Expected(hub, channel, local::unhold);
  }

  /** Reports that the sink is writable again: its readers that fell behind go on. */
  public void drained(FrameSink sink) {
    Set<Subscription> behind = stalled.remove(sink);
    if (behind != null) {
      behind.forEach(Subscription::pump);
    }
  }

  /** Returns how many channels have readers on this event loop. */
  public int openChannels() {
    return channels.size();
  }

  // --- for subscriptions, on the context

  void stall(Subscription subscription) {
    stalled.computeIfAbsent(subscription.sink(), first -> new LinkedHashSet<>()).add(subscription);
  }

  void unstall(Subscription subscription) {
    Set<Subscription> behind = stalled.get(subscription.sink());
    if (behind != null && behind.remove(subscription) && behind.isEmpty()) {
      stalled.remove(subscription.sink());
    }
  }

  public void remove(LocalChannel local) {
    if (channels.remove(local.channel(), local)) {
      hub.close(local.channel(), this);
    }
  }

  /**
   * Reads the log.
   *
   * @param after the cursor; none: from the earliest entry
   * @param gone returns true once nobody waits for the answer any more; asked on any thread
   */
  public Future<LogSegment> read(Channel channel, @Nullable Position after, BooleanSupplier gone) {
    Promise<LogSegment> promise = Promise.promise();
    Consumer<Future<LogSegment>> answer = read -> read.onComplete(promise);
    hub.read(channel, after, gone, this, answer);
    return promise.future();
  }

  /** Makes a promise whose listeners run here, also those of a time-out. */
  <T> Promise<T> promise() {
    return ((ContextInternal) context).promise();
  }

  public void later(long ms, Runnable action) {
    vertx.setTimer(ms, timer -> run(action));
  }

  /**
   * Runs an action after the other work of the event loop. A queued action would run before sockets
   * are served again: an event loop first does all that is queued.
   */
  void afterOthers(Runnable action) {
    ((ContextInternal) context)
        .nettyEventLoop()
        .schedule(() -> run(action), 0, TimeUnit.NANOSECONDS);
  }

  public Budget.Share openings() {
    return hub.memory().openings();
  }

  public ChannelsMetrics metrics() {
    return hub.metrics();
  }

  // --- from the hub

  @Override
  public void run(Runnable action) {
    context.runOnContext(ignored -> action.run());
  }

  @Override
  public void opened(Channel channel, Position position) {
    with(channel, local -> local.opened(position));
  }

  @Override
  public void refused(Channel channel, Throwable failure) {
    with(channel, local -> local.refused(failure));
  }

  /** Notifies the channel's readers. Whoever opens the channel from now on is checked anew. */
  @Override
  public void gone(Channel channel) {
    with(
        channel,
        local -> {
          channels.remove(channel, local);
          local.gone();
        });
  }

  @Override
  public void deliver(Channel channel, LogSegment segment) {
    with(channel, local -> local.deliver(segment));
  }

  @Override
  public void deliverVolatile(Channel channel, EncodedFrame frame) {
    with(channel, local -> local.deliverVolatile(frame));
  }

  private void with(Channel channel, Consumer<LocalChannel> action) {
    run(
        () -> {
          LocalChannel local = channels.get(channel);
          if (local != null) {
            action.accept(local);
          }
        });
  }
}
