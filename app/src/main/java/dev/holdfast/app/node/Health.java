package dev.holdfast.app.node;

import dev.holdfast.gateway.HealthChecks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Puts together what a node answers about itself. */
final class Health {
  private static final long STUCK_NS = Duration.ofSeconds(10).toNanos();

  private Health() {}

  /**
   * @param redis what is wrong with the embedded Redis, where there is one
   */
  static HealthChecks of(
      List<PulseVerticle> pulses,
      BooleanSupplier started,
      Map<String, BooleanSupplier> ready,
      Supplier<Optional<String>> redis) {
    return new HealthChecks(
        Map.of("event_loops", () -> respond(pulses)),
        ready,
        Map.of("node", started),
        Map.of("redis", redis));
  }

  private static boolean respond(List<PulseVerticle> pulses) {
    return pulses.stream().allMatch(pulse -> pulse.age() < STUCK_NS);
  }
}
