package dev.holdfast.loadtest.targets;

import dev.holdfast.loadtest.plan.Address;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The target of the load. Methods block, and are called by one thread, but for {@link #close} and
 * {@link #pid}, which may be called by any.
 */
public interface Target extends AutoCloseable {
  /**
   * Returns when every node takes clients.
   *
   * @throws TargetException if it can't be had; the message is for people
   */
  void start() throws InterruptedException;

  Address address();

  List<TargetNode> nodes();

  /** Returns whether its nodes answer {@code /metrics}. */
  default boolean hasMetrics() {
    return true;
  }

  /** URI of its Redis; none: it is not known. */
  @Nullable String redis();

  /**
   * Returns the id of the node's process; empty if this process did not start it on this machine.
   */
  OptionalLong pid(TargetNode node);

  /** Ends the node as a crash would; gone when this returns. */
  void kill(TargetNode node) throws InterruptedException;

  /** Asks the node to end, by SIGTERM; returns when it is gone. */
  void terminate(TargetNode node) throws InterruptedException;

  /** Starts the node anew at its old address; it is not yet ready when this returns. */
  void restart(TargetNode node) throws InterruptedException;

  /** Returns whether the node takes clients. */
  boolean ready(TargetNode node) throws InterruptedException;

  /**
   * Says which nodes are gone that nobody killed.
   *
   * @return a sentence for people; none: all is well
   */
  @Nullable String trouble();

  /** Returns the environment for people: name to value. */
  Map<String, String> environment();

  @Override
  void close();
}
