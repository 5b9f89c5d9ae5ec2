package dev.holdfast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.redis.topology.ServerAddress;
import dev.holdfast.redis.topology.Slots;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShardTagsTest {
  private static final ServerAddress A = new ServerAddress("10.0.0.1", 6_379);
  private static final ServerAddress B = new ServerAddress("10.0.0.2", 6_379);
  private static final ServerAddress SMALL = new ServerAddress("10.0.0.3", 6_379);

  @Test
  void areSpreadEvenly() {
    List<Integer> slots = ShardTags.ALL.stream().map(Slots::of).toList();

    assertEquals(64, slots.size());
    assertEquals(slots.stream().sorted(Comparator.naturalOrder()).toList(), slots);
    for (int i = 0; i < 64; i++) {
      assertEquals(i, slots.get(i) / 256);
    }
  }

  @Test
  void aMasterHasUpToFourThatItServes() {
    Map<ServerAddress, String> tags = ShardTags.of(ShardTagsTest::owner);

    assertEquals(2, tags.size(), () -> "the third serves too little: " + tags);
    assertTrue(tags.containsKey(A));
    tags.forEach(
        (master, some) -> {
          Set<String> different = Set.of(some.split(" "));
          assertEquals(4, different.size());
          different.forEach(tag -> assertServes(master, tag));
        });
  }

  @Test
  void aMasterThatServesOneSlotHasItsTag() {
    String tag = ShardTags.ALL.get(7);

    assertEquals(Map.of(A, tag), ShardTags.of(slot -> slot == Slots.of(tag) ? A : null));
  }

  private static void assertServes(ServerAddress master, String tag) {
    assertEquals(master, owner(Slots.of(tag)));
    assertEquals(Slots.of(tag), Slots.of("hf:jrnl:{" + tag + "}:n@1"));
  }

  private static ServerAddress owner(int slot) {
    return slot == 16_383 ? SMALL : slot < 8_192 ? A : B;
  }
}
