package dev.holdfast.loadtest.worker.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TimersTest {
  private static final long HOUR_US = 3_600_000_000L;

  private final Errors errors = new Errors();
  private final Clock clock = new Clock(0);
  private final Timers timers = new Timers(clock, errors);
  private final List<String> done = new ArrayList<>();

  @Test
  void runsWhatIsDueInItsOrder() {
    timers.after(20, () -> done.add("second"));
    timers.after(10, () -> done.add("first"));
    timers.after(15, () -> done.add("cancelled")).run();
    timers.after(7_200_000, () -> done.add("later"));

    timers.tick(clock.micros() + HOUR_US);

    assertEquals(List.of("first", "second"), done);
  }

  /** It ended the tick: the tasks of all other clients waited for the next one. */
  @Test
  void aTaskThatThrowsIsCountedAndKeepsNobodyWaiting() {
    timers.after(
        10,
        () -> {
          throw new IllegalStateException("broken");
        });
    timers.after(20, () -> done.add("next"));

    timers.tick(clock.micros() + HOUR_US);

    assertEquals(List.of("next"), done);
    assertEquals(Map.of("internal: broken", 1L), errors.counts());
  }
}
