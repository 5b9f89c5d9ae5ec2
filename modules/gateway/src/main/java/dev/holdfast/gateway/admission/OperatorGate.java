package dev.holdfast.gateway.admission;

import dev.holdfast.core.bounds.Doors;
import dev.holdfast.core.bounds.LastComers;
import io.netty.channel.Channel;

/**
 * Stands at the port of operators: few are there at a time, as their files come out of the reserve,
 * and who asks anew gets in before who stays. Any thread.
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
