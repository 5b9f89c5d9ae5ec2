package dev.holdfast.channels;

import dev.holdfast.channels.ChannelMessage.Done;
import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ConsumerMessage.Claimed;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.sessions.SessionRef;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;

/**
 * The channels service, from anywhere in the cluster. Failures are {@link
 * dev.holdfast.core.HoldfastException}s; after TIMEOUT and UNAVAILABLE the outcome is unknown, and
 * the same request may be sent again. A service publishes by {@link ServicePublisher}, which does
 * that. Safe on any thread.
 */
public final class ChannelsClient {
  private final Bus bus;
  private final Duration timeout;
  private final boolean local;

  /** Asks any node. */
  public ChannelsClient(Bus bus, Duration timeout) {
    this(bus, timeout, false);
  }

  private ChannelsClient(Bus bus, Duration timeout, boolean local) {
    this.bus = bus;
    this.timeout = timeout;
    this.local = local;
  }

  /** Asks this process's own instance; what one context publishes is appended in its order. */
  public static ChannelsClient local(Bus bus, Duration timeout) {
    return new ChannelsClient(bus, timeout, true);
  }

  /** Appends publications; each is answered for itself. */
  public Future<Published> publish(ChannelMessage.Publish message) {
    return ask(message);
  }

  /** As the other, with a patience of its own. */
  public Future<Published> publish(ChannelMessage.Publish message, Duration patience) {
    return ask(message, patience);
  }

  /** Appends publications of a caller that keeps no state; each is answered for itself. */
  public Future<Published> publishKeyed(PublishKeyed message) {
    return ask(message);
  }

  /**
   * From the answer on, nothing of an older generation of the session is stored in these channels.
   */
  public Future<Done> fence(SessionRef session, Set<ChannelName> channels) {
    return channels.isEmpty()
        ? Future.succeededFuture(new Done())
        : ask(new ChannelMessage.Fence(session, channels));
  }

  /** Reads a log; FORBIDDEN where the caller may not. */
  public Future<Page> history(ChannelMessage.History message) {
    return ask(message);
  }

  /**
   * Makes a session read a topic or run; NOT_FOUND where there is no such session. Services only.
   */
  public Future<Done> subscribe(ChannelMessage.SubscribeSession message) {
    return ask(message);
  }

  /** Takes it back. Services only. */
  public Future<Done> unsubscribe(ChannelMessage.UnsubscribeSession message) {
    return ask(message);
  }

  /** Takes a consumer's lease, or tells how long another has it. Services only. */
  public Future<Claimed> claim(ConsumerMessage.Claim message) {
    return ask(message);
  }

  /** Stores a consumer's cursor and renews its lease; FENCED where another has it. */
  public Future<Done> commit(ConsumerMessage.Commit message) {
    return ask(message);
  }

  /** Ends a consumer's lease. Services only. */
  public Future<Done> release(ConsumerMessage.Release message) {
    return ask(message);
  }

  /**
   * Reads what follows on a cursor, and waits for it where there is nothing yet. Services only.
   *
   * @return at the latest after the message's wait and this client's timeout
   */
  public Future<Page> fetch(ConsumerMessage.Fetch message) {
    return ask(message, timeout.plusMillis(message.waitMs()));
  }

  private <A> Future<A> ask(ChannelMessage<A> message) {
    return ask(message, timeout);
  }

  private <A> Future<A> ask(ChannelMessage<A> message, Duration timeout) {
    return local
        ? bus.askLocal(ChannelMessage.ADDRESS, message, timeout)
        : bus.ask(ChannelMessage.ADDRESS, message, timeout);
  }
}
