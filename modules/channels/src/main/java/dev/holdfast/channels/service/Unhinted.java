package dev.holdfast.channels.service;

import dev.holdfast.channels.Hint;
import dev.holdfast.channels.fanout.HintSender;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelStore.Appended;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Channels that may have a publication for which no hint was sent: its append was not answered, or
 * it was found stored already. Their readers are made to look at the log, within about a second, or
 * when Redis can be asked again. Confined to the context of the channels verticle.
 */
final class Unhinted {
  /** Most channels that are noted, about 2 MB. Beyond them every peer is made to notice a loss. */
  static final int MOST = 10_000;

  private static final int PER_TICK = 500;

  private final ChannelStore store;
  private final HintSender hints;
  private final ChannelsMetrics metrics;
  private final Set<Channel> channels = new LinkedHashSet<>();
  private final Set<Channel> unsure = new HashSet<>();
  private boolean over;

  /** Whether one of those beyond the most is unsure: until peers are made to notice a loss. */
  private boolean unsureOver;

  private int underWay;

  Unhinted(ChannelStore store, HintSender hints, ChannelsMetrics metrics) {
    this.store = store;
    this.hints = hints;
    this.metrics = metrics;
  }

  /** Notes a channel to which something may have been appended just now. */
  void unsure(Channel channel) {
    add(channel);
    if (channels.contains(channel)) {
      unsure.add(channel);
    } else {
      unsureOver = true;
    }
    hints.unsure(true);
  }

  /** Notes a channel in which something was found that was appended before. */
  void add(Channel channel) {
    if (channels.size() < MOST) {
      channels.add(channel);
    } else {
      over |= !channels.contains(channel);
    }
  }

  /** Sends looks. Must be called once a second. */
  void tick() {
    if (underWay > 0) {
      return;
    }
    // A look that fails at once notes its channel again.
    List<Channel> next = channels.stream().limit(PER_TICK).toList();
    next.forEach(channels::remove);
    next.forEach(this::look);
  }

  private void look(Channel channel) {
    underWay++;
    store
        .volatileNodes(channel)
        .onComplete(
            answer -> {
              underWay--;
              if (answer.succeeded()) {
                send(channel, answer.result());
              } else {
                failed(channel, answer.cause());
              }
            });
  }

  private void send(Channel channel, Appended answer) {
    metrics.looks.increment();
    hints.hint(answer.nodes(), Hint.look(channel, answer.at()));
    if (over) {
      // Redis answers again, so what was appended before can be seen.
      over = false;
      unsureOver = false;
      hints.lose();
      unsure.retainAll(channels);
    }
    sure(channel);
  }

  private void sure(Channel channel) {
    unsure.remove(channel);
    hints.unsure(unsureOver || !unsure.isEmpty());
  }

  private void failed(Channel channel, Throwable failure) {
    if (HoldfastException.from(failure).code() == ErrorCode.NOT_FOUND) {
      sure(channel);
    } else {
      add(channel);
    }
  }
}
