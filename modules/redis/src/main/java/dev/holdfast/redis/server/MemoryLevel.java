package dev.holdfast.redis.server;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the memory that one server has left: whether its reserve is touched. One thread
 * takes figures; any may look.
 */
public final class MemoryLevel {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryLevel.class);
  private static final double AGAIN = 1.5;

  private final Supplier<String> address;
  private volatile ServerMemory memory = ServerMemory.UNKNOWN;
  private volatile boolean touched;
  private volatile boolean halfGone;

  /**
   * @param address of the server, for people; empty: it is the only one
   */
  public MemoryLevel(Supplier<String> address) {
    this.address = address;
  }

  /** Returns whether writes that grow the data are to be refused. */
  public boolean isTouched() {
    return touched;
  }

  /** Returns the same for what a node reports on itself, which is refused later. */
  public boolean isHalfGone() {
    return halfGone;
  }

  /** Returns whether the server has no limit, as far as is known. */
  public boolean isUnbounded() {
    return memory != ServerMemory.UNKNOWN && memory.most() == 0;
  }

  public ServerMemory memory() {
    return memory;
  }

  /**
   * Takes fresh figures.
   *
   * @param percent of the server's memory that are the reserve
   */
  public void seen(ServerMemory fresh, int percent) {
    boolean before = touched;
    memory = fresh;
    touched = fresh.hasLessThan(touched ? AGAIN * percent : percent);
    halfGone = fresh.hasLessThan((halfGone ? AGAIN * percent : percent) / 2);
    if (touched && !before) {
      LOG.warn("{}", described());
    } else if (before && !touched) {
      LOG.info(
          "Redis{} has room again: {} % of its maxmemory are used",
          at().isEmpty() ? "" : " at " + at(), fresh.usedPercent());
    }
  }

  /** Describes what is wrong if the reserve is touched. */
  public String described() {
    return Advice.full(at(), memory.usedPercent(), memory.most() >> 20);
  }

  private String at() {
    return address.get();
  }
}
