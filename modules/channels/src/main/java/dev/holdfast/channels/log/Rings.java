package dev.holdfast.channels.log;

import dev.holdfast.core.bounds.Budget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The rings of all channels of a hub, in one budget of bytes: over it the one goes that was used
 * least recently, and frames that are old go in any case. A ring serves who is just behind; the log
 * is there for the rest. Confined to the hub's context.
 */
public final class Rings {
  /** Longer than a client takes to come back after its connection broke. */
  public static final Duration AGE = Duration.ofSeconds(10);

  private final Budget.Share share;
  private final int bytesPerRing;
  private final long ageNs;

  /** Those that hold something, the one used least recently first. */
  private final Set<Ring> used = new LinkedHashSet<>();

  public Rings(Budget.Share share, int bytesPerRing, Duration age) {
    this.share = share;
    this.bytesPerRing = bytesPerRing;
    this.ageNs = age.toNanos();
  }

  public Ring fresh() {
    return new Ring(this, bytesPerRing);
  }

  /** A ring was added to or read from, and holds so many bytes more than before, or less. */
  public void changed(Ring ring, long bytes) {
    share.take(bytes);
    used.remove(ring);
    if (!ring.isEmpty()) {
      used.add(ring);
    }
  }

  /** Frees what is over the budget. Not from within a change. */
  void fit() {
    Iterator<Ring> oldest = used.iterator();
    while (share.isOver() && oldest.hasNext()) {
      Ring ring = oldest.next();
      oldest.remove();
      share.give(ring.empty());
    }
  }

  /** Once a second. */
  public void tick(long now) {
    List<Ring> all = new ArrayList<>(used);
    for (Ring ring : all) {
      long freed = ring.dropBefore(now - ageNs);
      share.give(freed);
      if (ring.isEmpty()) {
        used.remove(ring);
      }
    }
  }
}
