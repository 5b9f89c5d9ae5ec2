package dev.holdfast.loadtest.run.scenario.steps;

import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.targets.LiveHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Follows what is held from round to round. One thread. */
public final class Trend {
  private static final int LOOKS = 20;

  /** Samples come once a second. */
  private static final double FRESH_S = 1.5;

  /** Values at one moment, as far as they are known. */
  private record Look(
      long churned, @Nullable Double heap, @Nullable Double keys, @Nullable Double registrations) {}

  private final int perRound;
  private final List<Look> looks = new ArrayList<>();
  private long churned;
  private double lastLook;

  /**
   * @param perRound clients that come and go
   */
  public Trend(int perRound) {
    this.perRound = perRound;
  }

  public void round() {
    churned += perRound;
  }

  /** Returns whether it is time for another look, of twenty in all. */
  public boolean isDue(double duration, double now) {
    boolean due = now - lastLook >= duration / LOOKS;
    lastLook = due ? now : lastLook;
    return due;
  }

  public void add(Run run) throws InterruptedException {
    Double heap = LiveHeap.of(run.target());
    run.hold(FRESH_S);
    looks.add(
        new Look(
            churned,
            heap,
            run.server().redisKeys(),
            run.server().sample("vertx_eventbus_handlers", "")));
  }

  public @Nullable Double firstHeap() {
    return first(Look::heap);
  }

  public @Nullable Double lastHeap() {
    return last(Look::heap);
  }

  public @Nullable Double firstKeys() {
    return first(Look::keys);
  }

  public @Nullable Double lastKeys() {
    return last(Look::keys);
  }

  public @Nullable Double firstRegistrations() {
    return first(Look::registrations);
  }

  public @Nullable Double lastRegistrations() {
    return last(Look::registrations);
  }

  /** Bytes that the heap grows by with each client, by least squares; none: not known. */
  public @Nullable Double heapSlope() {
    List<double[]> known = looks.stream().flatMap(look -> point(look).stream()).toList();
    double meanX = known.stream().mapToDouble(point -> point[0]).average().orElse(0);
    double meanY = known.stream().mapToDouble(point -> point[1]).average().orElse(0);
    double above =
        known.stream().mapToDouble(point -> (point[0] - meanX) * (point[1] - meanY)).sum();
    double below = known.stream().mapToDouble(point -> Math.pow(point[0] - meanX, 2)).sum();
    return below == 0 ? null : (Double) (above / below);
  }

  /** Clients that came and went, and the heap then. */
  private static Optional<double[]> point(Look look) {
    return Optional.ofNullable(look.heap()).map(heap -> new double[] {look.churned(), heap});
  }

  private @Nullable Double first(Function<Look, Double> part) {
    return looks.stream().map(part).filter(Objects::nonNull).findFirst().orElse(null);
  }

  private @Nullable Double last(Function<Look, Double> part) {
    return looks.stream().map(part).filter(Objects::nonNull).reduce((a, b) -> b).orElse(null);
  }
}
