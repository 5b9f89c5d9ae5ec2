package dev.holdfast.channels.log;

import dev.holdfast.core.bounds.Budget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The rings of all channels of a hub, within one budget of bytes. Over the budget the least
 * recently used ring is emptied; old frames go in any case. A ring serves readers that are just
 * behind; the others read the log. Confined to the hub's context.
 */
public final class Rings {
  /**
   * Age at which frames are dropped; longer than a client takes to come back after its connection
   * broke.
   */
  public static final Duration AGE = Duration.ofSeconds(10);

  private final Budget.Share share;
  private final int bytesPerRing;
  private final long ageNs;

  /** Rings that hold frames, the least recently used first. */
  private final Set<Ring> used = new LinkedHashSet<>();

  public Rings(Budget.Share share, int bytesPerRing, Duration age) {
    this.share = share;
    this.bytesPerRing = bytesPerRing;
    this.ageNs = age.toNanos();
  }

  public Ring fresh() {
    return new Ring(this, bytesPerRing);
  }

  /** Notes that a ring was added to or read from, and by how many bytes it grew or shrank. */
  public void changed(Ring ring, long bytes) {
    share.take(bytes);
    used.remove(ring);
    if (!ring.isEmpty()) {
      used.add(ring);
    }
  }

  /** Frees memory over the budget. Must not be called from within a change. */
  void fit() {
    Iterator<Ring> oldest = used.iterator();
    while (share.isOver() && oldest.hasNext()) {
      Ring ring = oldest.next();
      oldest.remove();
      share.give(ring.empty());
    }
  }

  /** Drops old frames. Must be called once a second. */
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
