package dev.holdfast.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
  private static final Limits LIMITS = new Limits(Amounts.TENANT, Amounts.USER);

  @Test
  void eachLimitIsSetByItsNameAloneAndZeroMeansNone() {
    for (String name : LIMITS.byName().keySet()) {
      Map<String, Long> changed = LIMITS.with(Map.of(name, 0L)).byName();
      Map<String, Long> expected = LIMITS.byName();
      expected.put(name, 0L);
      assertEquals(expected, changed);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Amounts.MOST + 1, Long.MAX_VALUE})
  void whatIsNegativeOrEnormousIsRefusedByName(long amount) {
    for (String name : LIMITS.byName().keySet()) {
      Map<String, Long> bad = Map.of(name, amount);
      var refusal = assertThrows(IllegalArgumentException.class, () -> LIMITS.with(bad));
      assertTrue(refusal.getMessage().startsWith(name + ": "), refusal.getMessage());
    }
  }

  @Test
  void allThatIsWrongIsNamedAtOnce() {
    Map<String, Long> bad = Map.of("user.bytes", -1L, "tenant.sessions", -2L, "user.x", 3L);
    var refusal = assertThrows(IllegalArgumentException.class, () -> LIMITS.with(bad));
    for (String name : bad.keySet()) {
      assertTrue(refusal.getMessage().contains(name), refusal.getMessage());
    }
  }

  @Test
  void configurationIsHeldToTheSameBounds() {
    assertThrows(IllegalArgumentException.class, () -> Amounts.USER.with(Limit.BYTES, -1));
    assertEquals(0, Amounts.USER.with(Limit.BYTES, 0).bytes());
  }
}
