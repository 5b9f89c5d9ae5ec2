package dev.holdfast.app.node;

import dev.holdfast.gateway.HealthChecks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Puts together what a node answers about itself. */
final class Health {
  private static final long STUCK_NS = Duration.ofSeconds(10).toNanos();

  private Health() {}

  static HealthChecks of(
      List<PulseVerticle> pulses, BooleanSupplier started, Map<String, BooleanSupplier> ready) {
    return new HealthChecks(
        Map.of("event_loops", () -> respond(pulses)), ready, Map.of("node", started));
  }

  private static boolean respond(List<PulseVerticle> pulses) {
    return pulses.stream().allMatch(pulse -> pulse.age() < STUCK_NS);
  }
}
