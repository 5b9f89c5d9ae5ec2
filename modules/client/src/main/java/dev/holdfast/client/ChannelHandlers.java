package dev.holdfast.client;

import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.Event;
import dev.holdfast.client.session.Gap;
import dev.holdfast.client.session.Snapshot;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The handlers of one channel. Safe on any thread. */
final class ChannelHandlers {
  static final ChannelHandlers NONE = new ChannelHandlers();

  final List<EventHandler> events = new CopyOnWriteArrayList<>();
  final List<Consumer<Gap>> gaps = new CopyOnWriteArrayList<>();
  final List<Consumer<Snapshot>> snapshots = new CopyOnWriteArrayList<>();
  final List<Consumer<Cursor>> lives = new CopyOnWriteArrayList<>();
  final List<Consumer<String>> ends = new CopyOnWriteArrayList<>();

  /** Reads the channel by channel tokens; none: it is read by the client's permissions. */
  volatile @Nullable ChannelAccess access;

  /**
   * @param name of the event; none: every event
   */
  record EventHandler(@Nullable String name, Consumer<Event> handler) {}

  void event(Event event, Consumer<Runnable> guard) {
    for (EventHandler each : events) {
      if (each.name == null || each.name.equals(event.event())) {
        guard.accept(() -> each.handler.accept(event));
      }
    }
  }

  void gap(Gap gap, Consumer<Runnable> guard) {
    gaps.forEach(handler -> guard.accept(() -> handler.accept(gap)));
  }

  void snapshot(Snapshot snapshot, Consumer<Runnable> guard) {
    snapshots.forEach(handler -> guard.accept(() -> handler.accept(snapshot)));
  }

  void live(Cursor cursor, Consumer<Runnable> guard) {
    lives.forEach(handler -> guard.accept(() -> handler.accept(cursor)));
  }

  void unsubscribed(String code, Consumer<Runnable> guard) {
    ChannelAccess tokens = access;
    if (tokens == null || !tokens.unsubscribed(code)) {
      ended(code, guard);
    }
  }

  /** Reports that the channel is no longer read, and not asked for again. */
  void ended(String code, Consumer<Runnable> guard) {
    ends.forEach(handler -> guard.accept(() -> handler.accept(code)));
  }
}
