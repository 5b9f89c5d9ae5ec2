package dev.holdfast.core.bounds;

import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps at most so many of what is there for a short while. If one more comes, the one that has
 * been there for longest goes: those that stay on purpose keep only each other out. Any thread.
 *
 * @param <C> a connection
 */
public final class LastComers<C> {
  private final int most;
  private final Predicate<C> close;
  private final Set<C> there = new LinkedHashSet<>();
  private long dropped;

  /**
   * @param close called on the thread of the one that comes; false: it can't be closed yet
   */
  public LastComers(int most, Predicate<C> close) {
    this.most = most;
    this.close = close;
  }

  /** Connections that come by a {@link Doors.Gate}. */
  public static LastComers<Channel> ofChannels(int most) {
    return new LastComers<>(most, LastComers::close);
  }

  /** One that waits for its event loop can't be closed by it. */
  private static boolean close(Channel channel) {
    boolean registered = channel.isRegistered();
    if (registered) {
      channel.close();
    }
    return registered;
  }

  /**
   * @return false if there is no room, as the oldest can't be closed yet
   */
  public boolean came(C one) {
    if (count() >= most && !dropOldest()) {
      refused();
      return false;
    }
    synchronized (there) {
      return there.add(one);
    }
  }

  /**
   * @return whether there was one that could be closed
   */
  public boolean dropOldest() {
    C oldest = oldest();
    if (oldest == null || !close.test(oldest)) {
      return false;
    }
    synchronized (there) {
      dropped += there.remove(oldest) ? 1 : 0;
    }
    return true;
  }

  private void refused() {
    synchronized (there) {
      dropped++;
    }
  }

  private @Nullable C oldest() {
    synchronized (there) {
      Iterator<C> all = there.iterator();
      return all.hasNext() ? all.next() : null;
    }
  }

  /**
   * Removes one that is gone, or is to be counted no more.
   *
   * @return whether it was still there
   */
  public boolean left(C one) {
    synchronized (there) {
      return there.remove(one);
    }
  }

  public int count() {
    synchronized (there) {
      return there.size();
    }
  }

  /** Returns how many were closed or refused for want of room. */
  public long dropped() {
    synchronized (there) {
      return dropped;
    }
  }
}
