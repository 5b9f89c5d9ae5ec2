package dev.holdfast.limits;

import dev.holdfast.core.bounds.Budget;
import io.micrometer.core.instrument.MeterRegistry;

/** The memory of a node that clients can fill, shared between tenants and users. Any thread. */
public final class NodeMemory implements AutoCloseable {
  private static final int BODIES_OF_HEAP = 8;
  private static final int FRAMES_OF_HEAP = 4;
  private static final int ANSWERS_OF_HEAP = 16;

  private final Budget budget;
  private final FairShare bodies;
  private final FairShare frames;
  private final FairShare answers;

  private NodeMemory(Budget budget, long bodies, long frames, long answers) {
    this.budget = budget;
    this.bodies = new FairShare(budget.share("bodies", bodies), 2, 8);
    this.frames = new FairShare(budget.share("frames", frames), 1, 4);
    this.answers = new FairShare(budget.share("http-answers", answers), 2, 4);
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
    return of(registry, bodies, frames, Budget.partOfHeap(0, ANSWERS_OF_HEAP));
  }

  /**
   * Returns shares of a given size.
   *
   * @param bodies bytes
   * @param frames bytes
   * @param answers bytes
   */
  public static NodeMemory of(MeterRegistry registry, long bodies, long frames, long answers) {
    return new NodeMemory(new Budget(registry), bodies, frames, answers);
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

  /**
   * Returns the share for large answers to HTTP requests until their clients have taken them. A
   * tenant gets at most half of it, a user a quarter.
   */
  public FairShare answers() {
    return answers;
  }

  @Override
  public void close() {
    budget.close();
  }
}
