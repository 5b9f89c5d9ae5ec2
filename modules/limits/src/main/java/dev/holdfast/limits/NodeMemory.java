package dev.holdfast.limits;

import dev.holdfast.core.bounds.Budget;
import io.micrometer.core.instrument.MeterRegistry;

/** The memory of a node that clients can fill, shared between tenants and users. Any thread. */
public final class NodeMemory implements AutoCloseable {
  private static final int BODIES_OF_HEAP = 8;
  private static final int FRAMES_OF_HEAP = 4;

  private final Budget budget;
  private final FairShare bodies;
  private final FairShare frames;

  private NodeMemory(Budget budget, long bodies, long frames) {
    this.budget = budget;
    this.bodies = new FairShare(budget.share("bodies", bodies), 2, 8);
    this.frames = new FairShare(budget.share("frames", frames), 1, 4);
  }

  /** Returns shares sized by the heap. */
  public static NodeMemory of(MeterRegistry registry) {
    return of(registry, Budget.partOfHeap(0, BODIES_OF_HEAP), Budget.partOfHeap(0, FRAMES_OF_HEAP));
  }

  /**
   * Returns shares of a given size.
   *
   * @param bodies bytes
   * @param frames bytes
   */
  public static NodeMemory of(MeterRegistry registry, long bodies, long frames) {
    return new NodeMemory(new Budget(registry), bodies, frames);
  }

  /**
   * Returns the share for bodies of requests that are being read or worked on. A tenant gets at
   * most half of it, a user an eighth. A body is counted before it is read, at the largest size
   * that it may reach.
   */
  public FairShare bodies() {
    return bodies;
  }

  /** Returns the share for what waits for slow clients. A user gets at most a quarter. */
  public FairShare frames() {
    return frames;
  }

  @Override
  public void close() {
    budget.close();
  }
}
