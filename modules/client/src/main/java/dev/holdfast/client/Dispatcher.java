package dev.holdfast.client;

import dev.holdfast.client.protocol.ClientSession;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.Event;
import dev.holdfast.client.session.Gap;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.client.session.SessionListener;
import dev.holdfast.client.session.Snapshot;
import java.lang.System.Logger;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Calls the application's handlers, one at a time and in order, on the application's executor. A
 * handler that throws is logged, and stops no other. If more than {@link #MOST} events or {@link
 * #MOST_CHARACTERS} wait, the connection is not read until half of them are handled. If that takes
 * longer than two heartbeats, the connection is lost, and the next one goes on there. Handlers are
 * added on any thread.
 */
final class Dispatcher implements SessionListener {
  private static final Logger LOG = System.getLogger(Dispatcher.class.getName());
  private static final int MOST = 1_000;
  private static final int MOST_CHARACTERS = 8 << 20;

  final List<Consumer<ClientState>> onState = new CopyOnWriteArrayList<>();
  final List<Consumer<SessionInfo>> onSession = new CopyOnWriteArrayList<>();
  private final Map<String, ChannelHandlers> channels = new ConcurrentHashMap<>();
  private final SerialExecutor executor;
  private final VertxWire wire;
  private final Runnable release;

  /** Set by {@link #of} before anything is called. */
  @SuppressWarnings("NullAway.Init")
  private ClientSession session;

  private int waiting;
  private long characters;
  private boolean paused;

  /**
   * @param release closes the sockets when no other connection follows. It does not wait for
   *     handlers, one of which may never return
   */
  Dispatcher(Executor executor, VertxWire wire, Runnable release) {
    this.executor = new SerialExecutor(executor);
    this.wire = wire;
    this.release = release;
  }

  /** Sets the session. Must be called before everything else. */
  void of(ClientSession source) {
    session = source;
  }

  /**
   * @param name {@code user} and {@code session} stand for the session's own
   */
  ChannelHandlers handlers(String name) {
    return channels.computeIfAbsent(name, fresh -> new ChannelHandlers());
  }

  /** Runs a task among the handlers. Any thread. */
  void run(Runnable task) {
    executor.execute(() -> guarded(task));
  }

  @Override
  public void state(ClientState state) {
    if (state.kind() == ClientState.Kind.STOPPED) {
      release.run();
    }
    run(() -> onState.forEach(handler -> guarded(() -> handler.accept(state))));
  }

  @Override
  public void session(SessionInfo info) {
    if (paused) {
      // A new connection had to be read to get its welcome.
      wire.pause(true);
    }
    run(() -> onSession.forEach(handler -> guarded(() -> handler.accept(info))));
  }

  @Override
  public void event(Event event) {
    int size = wire.frameLength();
    waiting++;
    characters += size;
    pauseIf(waiting >= MOST || characters >= MOST_CHARACTERS, true);
    run(
        () -> {
          each(event.channel(), handlers -> handlers.event(event, Dispatcher::guarded));
          wire.run(() -> handled(event, size));
        });
  }

  private void handled(Event event, int size) {
    waiting--;
    characters -= size;
    pauseIf(waiting <= MOST / 2 && characters <= MOST_CHARACTERS / 2, false);
    Cursor cursor = event.cursor();
    if (cursor != null) {
      session.handled(event.channel(), cursor);
    }
  }

  private void pauseIf(boolean due, boolean pauses) {
    if (due && paused != pauses) {
      paused = pauses;
      wire.pause(pauses);
    }
  }

  @Override
  public void gap(Gap gap) {
    run(
        () -> {
          each(gap.channel(), handlers -> handlers.gap(gap, Dispatcher::guarded));
          wire.run(() -> session.handled(gap.channel(), gap.to()));
        });
  }

  @Override
  public void snapshot(Snapshot snapshot) {
    run(
        () ->
            each(snapshot.channel(), handlers -> handlers.snapshot(snapshot, Dispatcher::guarded)));
  }

  @Override
  public void live(String channel, Cursor cursor) {
    run(() -> each(channel, handlers -> handlers.live(cursor, Dispatcher::guarded)));
  }

  @Override
  public void unsubscribed(String channel, String code) {
    run(() -> each(channel, handlers -> handlers.unsubscribed(code, Dispatcher::guarded)));
  }

  private void each(String channel, Consumer<ChannelHandlers> what) {
    what.accept(handlersOrNone(channel));
    int kind = channel.indexOf(':');
    if (kind > 0) {
      what.accept(handlersOrNone(channel.substring(0, kind)));
    }
  }

  private ChannelHandlers handlersOrNone(String name) {
    return channels.getOrDefault(name, ChannelHandlers.NONE);
  }

  static void guarded(Runnable handler) {
    try {
      handler.run();
    } catch (Throwable e) {
      // An error, too: of an assertion, or of a missing class.
      LOG.log(Logger.Level.WARNING, "a handler failed", e);
    }
  }
}
