package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.Gap;
import dev.holdfast.loadtest.worker.ledger.Cursors;
import dev.holdfast.loadtest.worker.ledger.EventReader;
import dev.holdfast.loadtest.worker.ledger.Kind;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The channels that a client reads: their names, by which it knows its events, and which of them
 * are live. Confined to one event loop.
 */
final class Reading {
  /** The session's own channels: its tenant's, its user's and its own. */
  private static final int OWN = 3;

  final Cursors cursors = new Cursors();
  private final @Nullable String topic;
  private @Nullable String run;
  private final Set<Kind> live = EnumSet.noneOf(Kind.class);

  /**
   * @param topic its topic, if its group reads any
   */
  Reading(@Nullable String topic) {
    this.topic = topic;
  }

  /** Returns its topic; none: its group reads none. */
  @Nullable String topic() {
    return topic;
  }

  /**
   * Reads this run from now on.
   *
   * @param channel none: it is over
   */
  void follow(@Nullable String channel) {
    cursors.forget(Kind.RUN);
    run = channel;
    if (channel != null) {
      cursors.name(Kind.RUN, channel);
    }
  }

  boolean allLive() {
    return live.size() == OWN + (topic == null ? 0 : 1);
  }

  /** The connection is lost. */
  void stopped() {
    live.clear();
  }

  /** Another session took the place of the one that was asked for. */
  void restarted() {
    cursors.forget(Kind.SESSION);
  }

  void subscribed(String channel, Cursor at) {
    Kind kind = Kind.of(channel);
    boolean other =
        kind == Kind.TOPIC && !channel.equals(topic) || kind == Kind.RUN && !channel.equals(run);
    if (kind == null || other) {
      return;
    }
    cursors.name(kind, channel);
    if (!cursors.has(kind)) {
      cursors.move(kind, at.epoch(), at.seq());
    }
  }

  void live(String channel, Cursor at) {
    Kind kind = kind(channel);
    if (kind != null && kind != Kind.RUN) {
      cursors.move(kind, at.epoch(), at.seq());
      live.add(kind);
    }
  }

  /** Returns the kind of the channel; none: it is no channel of this client's. */
  @Nullable Kind gap(Gap gap) {
    Kind kind = kind(gap.channel());
    if (kind != null) {
      cursors.move(kind, gap.to().epoch(), gap.to().seq());
    }
    return kind;
  }

  void event(EventReader event) {
    if (event.kind != null && event.epoch != null) {
      cursors.move(event.kind, event.epoch, event.seq);
    }
  }

  /** Returns the kind of the channel; none: it is no channel of this client's. */
  @Nullable Kind kind(String channel) {
    Kind kind = Kind.of(channel);
    return kind != null && channel.equals(cursors.channel(kind)) ? kind : null;
  }
}
