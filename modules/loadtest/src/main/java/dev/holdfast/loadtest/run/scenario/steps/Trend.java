package dev.holdfast.loadtest.run.scenario.steps;

import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.targets.LiveHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** What is held from round to round. One thread. */
public final class Trend {
  private static final int LOOKS = 20;

  /** Samples come once a second. */
  private static final double FRESH_S = 1.5;

  /** At one moment; null where it is not known. */
  private record Look(long churned, Double heap, Double keys, Double registrations) {}

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

  /** Whether it is time for another look, of twenty in all. */
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

  public Double firstHeap() {
    return first(Look::heap);
  }

  public Double lastHeap() {
    return last(Look::heap);
  }

  public Double firstKeys() {
    return first(Look::keys);
  }

  public Double lastKeys() {
    return last(Look::keys);
  }

  public Double firstRegistrations() {
    return first(Look::registrations);
  }

  public Double lastRegistrations() {
    return last(Look::registrations);
  }

  /** Bytes that the heap grows by with each client, by least squares; null where not known. */
  public Double heapSlope() {
    List<Look> known = looks.stream().filter(look -> look.heap() != null).toList();
    double meanX = known.stream().mapToDouble(Look::churned).average().orElse(0);
    double meanY = known.stream().mapToDouble(Look::heap).average().orElse(0);
    double above =
        known.stream().mapToDouble(l -> (l.churned() - meanX) * (l.heap() - meanY)).sum();
    double below = known.stream().mapToDouble(l -> Math.pow(l.churned() - meanX, 2)).sum();
    return below == 0 ? null : (Double) (above / below);
  }

  private Double first(Function<Look, Double> part) {
    return looks.stream().map(part).filter(Objects::nonNull).findFirst().orElse(null);
  }

  private Double last(Function<Look, Double> part) {
    return looks.stream().map(part).filter(Objects::nonNull).reduce((a, b) -> b).orElse(null);
  }
}
