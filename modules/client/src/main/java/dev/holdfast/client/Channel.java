package dev.holdfast.client;

import dev.holdfast.client.ChannelHandlers.EventHandler;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.Event;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.Gap;
import dev.holdfast.client.session.Snapshot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A channel as this client uses it. Reading begins with its first handler and ends with its last; a
 * session's own three channels are always read. Safe on any thread.
 */
public final class Channel {
  private final Holdfast client;
  private final String name;
  private final ChannelHandlers handlers;
  private @Nullable CompletableFuture<@Nullable Cursor> ready;
  private @Nullable ChannelAccess access;

  Channel(Holdfast client, String name, ChannelHandlers handlers) {
    this.client = client;
    this.name = name;
    this.handlers = handlers;
    handlers.ends.add(this::ended);
  }

  public String name() {
    return name;
  }

  /**
   * Reads the channel by channel tokens, as a private one; to be called before its first handler.
   * The application is asked for one before the channel is read, before each ends, and when the
   * server has ended the reading, on a thread that may block. It is asked again after a wait if it
   * fails. If it gives none (null), the channel is not for this client.
   */
  public synchronized Channel tokens(Supplier<CompletionStage<@Nullable String>> supplier) {
    if (!handlers.events.isEmpty() || !isAsked()) {
      throw new IllegalStateException("tokens: for a topic: or run:, before its first handler");
    }
    access = client.access(name, handlers, supplier);
    handlers.access = access;
    return this;
  }

  /** Handles events of this name from now on. */
  public Subscription on(String event, Consumer<Event> handler) {
    return on(event, From.LATEST, handler);
  }

  /**
   * Handles events of this name. The client's cursor moves past an event when its handlers have
   * returned.
   *
   * @param from the place at which reading begins, if this is the channel's first handler, or the
   *     first after reading was refused or ended by the server
   */
  public Subscription on(String event, From from, Consumer<Event> handler) {
    return add(new EventHandler(event, handler), from);
  }

  /** Handles every event. */
  public Subscription onEvent(From from, Consumer<Event> handler) {
    return add(new EventHandler(null, handler), from);
  }

  private Subscription add(EventHandler handler, From from) {
    synchronized (this) {
      handlers.events.add(handler);
      if (ready == null || ready.isCompletedExceptionally()) {
        ready = read(from);
      }
      return new Subscription(ready.minimalCompletionStage(), () -> remove(handler));
    }
  }

  private CompletableFuture<@Nullable Cursor> read(From from) {
    if (access != null) {
      return access.begin(from);
    }
    return isAsked() ? client.subscribe(name, from) : CompletableFuture.completedFuture(null);
  }

  private synchronized void remove(EventHandler handler) {
    if (handlers.events.remove(handler) && handlers.events.isEmpty()) {
      ready = null;
      if (access != null) {
        access.end();
      }
      if (isAsked()) {
        client.unsubscribe(name);
      }
    }
  }

  /** Notes that the server ended the reading: the next handler asks for it anew. */
  private synchronized void ended(String code) {
    if (!code.equals("requested") && !code.equals("internal")) {
      ready = null;
    }
  }

  private boolean isAsked() {
    return name.startsWith("topic:") || name.startsWith("run:");
  }

  /** Handles reports of events that are gone. */
  public void onGap(Consumer<Gap> handler) {
    handlers.gaps.add(handler);
  }

  /**
   * Handles what the channel's events add up to, which comes before the first event if reading
   * begins {@link From#SNAPSHOT}. It is shorter than they are.
   */
  public void onSnapshot(Consumer<Snapshot> handler) {
    handlers.snapshots.add(handler);
  }

  /** Handles reports that the channel is caught up. */
  public void onLive(Consumer<Cursor> handler) {
    handlers.lives.add(handler);
  }

  /** Handles reports that the channel is no longer read; they carry the reason. */
  public void onUnsubscribed(Consumer<String> handler) {
    handlers.ends.add(handler);
  }

  /**
   * Publishes durably, in the order of the calls.
   *
   * @param data any object that Jackson can write as JSON
   */
  public Publication publish(String event, Object data) {
    return client.publish(name, event, data);
  }

  /** Publishes to current readers only; fails if the connection is lost. */
  public CompletionStage<Void> publishVolatile(String event, Object data) {
    return client.publishVolatile(name, event, data);
  }
}
