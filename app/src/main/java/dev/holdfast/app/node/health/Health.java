package dev.holdfast.app.node.health;

import dev.holdfast.gateway.HealthChecks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Puts together what a node answers about itself. */
public final class Health {
  private static final long STUCK_NS = Duration.ofSeconds(10).toNanos();

  private Health() {}

  /**
   * @param details what is wrong, by the name of the check; they change no outcome: if every node
   *     sees the same, taking them all off the air would be worse
   */
  public static HealthChecks of(
      List<PulseVerticle> pulses,
      BooleanSupplier started,
      Map<String, BooleanSupplier> ready,
      Map<String, Supplier<Optional<String>>> details) {
    return new HealthChecks(
        Map.of("event_loops", () -> respond(pulses)), ready, Map.of("node", started), details);
  }

  private static boolean respond(List<PulseVerticle> pulses) {
    return pulses.stream().allMatch(pulse -> pulse.age() < STUCK_NS);
  }
}
