package dev.holdfast.gateway.admission;

import dev.holdfast.core.bounds.Doors;
import dev.holdfast.core.bounds.LastComers;
import io.netty.channel.Channel;

/**
 * The gate of the operators' port. It lets few in at a time, as their file descriptors come out of
 * the reserve. A new connection gets in before one that stays. Safe on any thread.
 */
final class OperatorGate implements Doors.Gate {
  static final int MOST = 64;

  private final LastComers<Channel> there = LastComers.ofChannels(MOST);

  @Override
  public boolean admits(Channel accepted) {
    if (!there.came(accepted)) {
      return false;
    }
    accepted.closeFuture().addListener(closed -> there.left(accepted));
    return true;
  }
}
