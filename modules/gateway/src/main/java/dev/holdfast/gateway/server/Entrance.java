package dev.holdfast.gateway.server;

import dev.holdfast.core.bounds.Doors;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.admission.Visit;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts connections of clients when they are accepted, while they wait for their event loop and
 * for TLS. Of those beyond the limit, some are let in to get an answer; the others are closed,
 * which costs next to nothing. Safe on any thread.
 */
public final class Entrance implements Doors.Gate {
  /**
   * Most refused connections at a time that get an answer. Their file descriptors come out of the
   * reserve that the limit on connections leaves.
   */
  private static final int MOST_ANSWERED = 32;

  private static final AttributeKey<Boolean> STAYS = AttributeKey.valueOf(Entrance.class, "stays");

  private final Admission admission;
  private final AtomicInteger answered = new AtomicInteger();

  public Entrance(Admission admission) {
    this.admission = admission;
  }

  @Override
  public boolean admits(Channel accepted) {
    String peer = peer(accepted);
    boolean stays = admission.came(peer);
    if (!stays && !isAnswered()) {
      return false;
    }
    accepted.attr(STAYS).set(stays);
    accepted
        .closeFuture()
        .addListener(
            closed -> {
              if (stays) {
                admission.left(peer, Visit.isKnown(accepted));
              } else {
                answered.decrementAndGet();
              }
            });
    return true;
  }

  private boolean isAnswered() {
    if (answered.incrementAndGet() <= MOST_ANSWERED && admission.mayBeAnswered()) {
      return true;
    }
    answered.decrementAndGet();
    return false;
  }

  /** Returns whether it may stay. Counts it now if that was not done when it was accepted. */
  boolean stays(Channel channel) {
    if (channel.attr(STAYS).get() == null) {
      admits(channel);
    }
    return Boolean.TRUE.equals(channel.attr(STAYS).get());
  }

  private static String peer(Channel channel) {
    boolean known =
        channel.remoteAddress() instanceof InetSocketAddress from && from.getAddress() != null;
    return known ? ((InetSocketAddress) channel.remoteAddress()).getAddress().getHostAddress() : "";
  }
}
