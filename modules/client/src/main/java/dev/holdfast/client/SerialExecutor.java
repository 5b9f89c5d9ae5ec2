package dev.holdfast.client;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs tasks one at a time, in order, on the threads of another executor. */
final class SerialExecutor implements Executor {
  /** Tasks after which the thread is given back, so that clients that share one take turns. */
  private static final int TURN = 100;

  private final Executor threads;
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private boolean running;

  SerialExecutor(Executor threads) {
    this.threads = threads;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (tasks) {
      tasks.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    if (!begin()) {
      while (!turn()) {
        // A task that comes after the end of the client's own thread runs on the caller's.
      }
    }
  }

  private boolean begin() {
    try {
      threads.execute(this::turns);
      return true;
    } catch (RejectedExecutionException over) {
      return false;
    }
  }

  private void turns() {
    boolean done = turn();
    while (!done && !begin()) {
      done = turn();
    }
  }

  /**
   * Runs some tasks.
   *
   * @return whether nothing is left to do
   */
  private boolean turn() {
    for (int i = 0; i < TURN; i++) {
      Runnable task = next();
      if (task == null) {
        return true;
      }
      task.run();
    }
    return false;
  }

  private Runnable next() {
    synchronized (tasks) {
      Runnable task = tasks.poll();
      running = task != null;
      return task;
    }
  }
}
