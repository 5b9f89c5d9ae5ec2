package dev.holdfast.testkit.wire;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The traffic from one party to another, over all connections between them, whoever opened them.
 *
 * <p>A lane that is <em>held</em> is a black hole: what is sent stays on its way, also what was
 * sent on connections that their sender has closed since, and arrives when the lane passes again.
 * One that is <em>cut</em> resets its connections, and new ones at once. Any thread.
 */
public final class Lane {
  private enum State {
    PASSING,
    HELD,
    CUT
  }

  private final String name;
  private final Set<RelayedConnection> connections = ConcurrentHashMap.newKeySet();
  private State state = State.PASSING;
  private long delayNanos;
  private volatile Predicate<byte[]> dropped = bytes -> false;
  private volatile UnaryOperator<byte[]> changed = UnaryOperator.identity();

  public Lane(String name) {
    this.name = name;
  }

  /** Holds everything back until {@link #pass}; nothing is lost. */
  public void hold() {
    enter(State.HELD);
  }

  /**
   * Holds what goes over the connections of now; new ones pass. As when one flow is lost and found
   * again: what was sent on it arrives late, also after its sender gave it up.
   */
  public void strand() {
    connections.forEach(RelayedConnection::strand);
  }

  /**
   * Strands each connection of now by itself, with the first that fits of what is sent over it;
   * what follows on it is late, too.
   *
   * @param fits asked with what was read at once
   */
  public void strandFrom(Predicate<byte[]> fits) {
    connections.forEach(connection -> connection.strandFrom(this, fits));
  }

  /**
   * Connections that were stranded, and have not ended. After {@link #pass}: with the last of them
   * all that was late has been read, as who reads it ends its side after that.
   */
  public long late() {
    return connections.stream().filter(RelayedConnection::wasStranded).count();
  }

  /** Connections are reset, new ones too, until {@link #pass}. */
  public void cut() {
    enter(State.CUT);
    reset();
  }

  /** Resets the connections of now; new ones are as the lane is. */
  public void reset() {
    connections.forEach(RelayedConnection::reset);
  }

  /**
   * Ends what {@link #hold}, {@link #strand}, {@link #cut}, {@link #delay}, {@link #drop} and
   * {@link #change} began.
   */
  public void pass() {
    dropped = bytes -> false;
    changed = UnaryOperator.identity();
    delay(Duration.ZERO);
    // Not under this lane's lock: each connection wakes its other lane, too.
    connections.forEach(RelayedConnection::release);
    enter(State.PASSING);
  }

  synchronized void wake() {
    notifyAll();
  }

  /** Delays everything by this time from now on, in its order. */
  public synchronized void delay(Duration delay) {
    delayNanos = delay.toNanos();
    notifyAll();
  }

  /**
   * Loses what fits, and nothing else.
   *
   * @param fits asked with each frame if the relay knows frames, else with what was read at once
   */
  public void drop(Predicate<byte[]> fits) {
    dropped = fits;
  }

  /**
   * Something else arrives in place of what is sent.
   *
   * @param into given each frame if the relay knows frames, else what was read at once
   */
  public void change(UnaryOperator<byte[]> into) {
    changed = into;
  }

  @Override
  public String toString() {
    return name;
  }

  synchronized boolean isCut() {
    return state == State.CUT;
  }

  boolean drops(byte[] bytes) {
    return dropped.test(bytes);
  }

  byte[] changed(byte[] bytes) {
    return changed.apply(bytes);
  }

  void joined(RelayedConnection connection) {
    connections.add(connection);
  }

  void left(RelayedConnection connection) {
    connections.remove(connection);
  }

  /** Waits until bytes that were sent then on that connection may arrive. */
  synchronized void awaitPassage(RelayedConnection connection, long sentAt)
      throws InterruptedException {
    while (true) {
      long left = sentAt + delayNanos - System.nanoTime();
      boolean held = state == State.HELD || connection.isStranded();
      if (!held && left <= 0) {
        return;
      }
      if (held) {
        wait();
      } else {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
      }
    }
  }

  private synchronized void enter(State next) {
    state = next;
    notifyAll();
  }
}
