package dev.holdfast.redis.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class SlotsTest {
  /** From the specification of Redis Cluster, and by CLUSTER KEYSLOT of a server. */
  @Test
  void aKeysSlotIsThatOfRedis() {
    assertEquals(0x31c3, Slots.of("123456789"));
    assertEquals(12_182, Slots.of("foo"));
    assertEquals(866, Slots.of("hello"));
    assertEquals(0, Slots.of(""));
  }

  @Test
  void theHashTagAloneCounts() {
    assertEquals(Slots.of("user1000"), Slots.of("{user1000}.following"));
    assertEquals(Slots.of("a:b/c"), Slots.of("hf:pub:{a:b/c}:{x}"));
    assertEquals(Slots.of("{bar"), Slots.of("foo{{bar}}zap"));
    assertEquals(12_182, Slots.of("x{foo}"));
    assertTrue(Slots.of("foo{}{bar}") != Slots.of("bar"), "an empty tag is none");
    assertTrue(Slots.of("foo{bar") != Slots.of("bar"), "it has no end");
  }

  @Test
  void aSetHasTheKeysOfItsSlots() {
    var some = new BitSet();
    some.set(12_182);
    some.set(100, 201);
    var slots = new Slots(some);
    some.clear();
    assertTrue(slots.has("foo"));
    assertFalse(slots.has("hello"));
    assertEquals("100-200 12182", slots.toString());
    assertTrue(Slots.ALL.has("hello"));
    assertFalse(Slots.NONE.has("hello"));
  }
}
