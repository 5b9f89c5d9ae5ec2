package dev.holdfast.loadtest.worker.measure;

import java.util.stream.IntStream;

/**
 * The part of the plan that an event loop of a worker takes.
 *
 * @param worker from 0
 * @param loop from 0
 */
public record Share(int worker, int workers, int loop, int loops) {
  /** Returns this loop's part of {@code count} things that are numbered from 0. */
  public int[] of(int count) {
    return IntStream.range(0, count).filter(this::has).toArray();
  }

  private boolean has(int number) {
    return number % workers == worker && number / workers % loops == loop;
  }

  /**
   * This loop's part of what the worker has {@code whole} of.
   *
   * @param users so many loops, the first ones, take part in it
   */
  public int part(int whole, int users) {
    return loop >= users ? 0 : whole / users + (loop < whole % users ? 1 : 0);
  }
}
