package dev.holdfast.core.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({"250ms, 250", "90s, 90000", "15m, 900000", "25h, 90000000", "7d, 604800000", "0s, 0"})
  void areReadAndWrittenAlike(String text, String millis) {
    Duration duration = Duration.ofMillis(Long.parseLong(millis));
    assertEquals(duration, Durations.parse(text));
    assertEquals(text, Durations.format(duration));
  }

  @Test
  void areReadAsIsoToo() {
    assertEquals(Duration.ofMinutes(15), Durations.parse("PT15M"));
    assertEquals("90s", Durations.format(Durations.parse("PT1M30S")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"36501d", "999999999999d", "PT9999999H"})
  void longerThanAHundredYearsAreRefused(String text) {
    var refused = assertThrows(IllegalArgumentException.class, () -> Durations.parse(text));
    assertEquals("at most 36500d, not " + text, refused.getMessage());
    assertEquals(Duration.ofDays(36_500), Durations.parse("36500d"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "5", "5 minutes", "-5s", "1.5s", "5S", "1234567890123s"})
  void ofAnotherFormAreRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Durations.parse(text));
  }
}
