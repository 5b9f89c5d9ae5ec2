package dev.holdfast.core.bounds;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class SampledLogTest {
  private final List<String> lines = new ArrayList<>();
  private final Logger logger =
      (Logger)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Logger.class},
              (proxy, method, args) -> {
                lines.add("" + args[1] + args[2]);
                return null;
              });

  @Test
  void aReasonIsLoggedOnceInItsTimeAndTheOthersAreCounted() {
    SampledLog log = new SampledLog(logger, Duration.ofMinutes(1));
    for (int i = 0; i < 5; i++) {
      log.info("a", "a" + i);
      log.info("b", "b" + i);
    }
    assertEquals(List.of("a0", "b0"), lines);
  }

  @Test
  void whatWasPassedOverIsCountedInTheNextLine() {
    SampledLog log = new SampledLog(logger, Duration.ofMillis(500));
    log.info("a", "first");
    int passedOver = -1;
    // Where this thread gets no time for so long, the next line comes with none passed over.
    while (passedOver < 1) {
      passedOver = passedOver(log);
    }
    String last = lines.get(lines.size() - 1);
    assertEquals("next (" + passedOver + " more of these since the last line)", last);
  }

  /** How often nothing was written before the next line was. */
  private int passedOver(SampledLog log) {
    int before = lines.size();
    int times = 0;
    while (lines.size() == before) {
      log.info("a", "next");
      times++;
    }
    return times - 1;
  }

  @Test
  void nothingBreaksTheLineAndReasonsAreBounded() {
    SampledLog log = new SampledLog(logger, Duration.ofMinutes(1));
    log.info("a", "one\nline\u2028only\u0007");
    assertEquals("one?line?only?", lines.get(0));
    for (int i = 0; i < 10_000; i++) {
      log.info("reason " + i, "x");
    }
    assertEquals(101, lines.size());
  }
}
