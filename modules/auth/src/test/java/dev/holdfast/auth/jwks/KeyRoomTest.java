package dev.holdfast.auth.jwks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the keys of issuers may take. */
class KeyRoomTest {
  private static final long KEY = KeyRoom.KEY_BYTES + 4L * key(10).encode().length();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final KeyRoom room = new KeyRoom(registry, 16 * KEY);

  @Test
  void whatASetTakesIsCountedUntilItsIssuerLeaves() {
    KeyRoom.Place place = room.added("acme");

    assertTrue(place.hold(keys(1)));
    assertEquals(KEY, held());
    assertTrue(place.hold(keys(3)));
    assertEquals(3 * KEY, held());
    assertTrue(place.hold(keys(2)));
    assertEquals(2 * KEY, held());
    place.close();
    assertEquals(0, held());
    assertTrue(place.hold(keys(2)), "its fetch was under way");
    assertEquals(0, held());
    place.close();
    assertEquals(0, held());
    assertEquals(16 * KEY, registry.get("holdfast.budget.limit.bytes").gauge().value());
  }

  @Test
  void aTenantHasAQuarterForAllOfItsIssuers() {
    KeyRoom.Place one = room.added("acme");
    KeyRoom.Place other = room.added("acme");

    assertTrue(one.hold(keys(3)));
    assertTrue(other.hold(keys(1)));
    assertFalse(other.hold(keys(2)));
    assertEquals(1, refused());
    assertEquals(4 * KEY, held(), "the one before stays");
    assertTrue(room.added("globex").hold(keys(4)));
    assertTrue(room.added(null).hold(keys(5)), "one of several tenants has no such share");
    assertEquals(13 * KEY, held());
    one.close();
    assertTrue(other.hold(keys(4)));
    assertFalse(other.hold(keys(5)));
    other.close();
    assertTrue(room.added("acme").hold(keys(4)));
  }

  @Test
  void allOfThemFitOrAreNotTaken() {
    KeyRoom.Place most = room.added(null);

    assertTrue(most.hold(keys(15)));
    assertTrue(room.added("acme").hold(keys(1)));
    assertFalse(room.added("globex").hold(keys(1)));
    assertFalse(most.hold(keys(16)));
    assertTrue(most.hold(keys(15)), "no more than before");
    assertEquals(16 * KEY, held());
    assertEquals(2, refused());
  }

  /** By one that was added nobody keeps those of the configuration out. */
  @Test
  void thoseOfTheConfigurationAreAlwaysTaken() {
    KeyRoom.Place added = room.added(null);
    added.hold(keys(16));

    KeyRoom.Place configured = room.configured();
    assertTrue(configured.hold(keys(20)));
    assertTrue(added.hold(keys(16)), "no more than before");
    assertEquals(36 * KEY, held());
    assertFalse(room.added("acme").hold(keys(1)));
    configured.close();
    assertEquals(16 * KEY, held());
  }

  @Test
  void aNodeHasASixteenthOfItsHeapForThem() {
    var fresh = new SimpleMeterRegistry();
    KeyRoom.of(fresh);

    double limit = fresh.get("holdfast.budget.limit.bytes").tag("kind", "key-sets").gauge().value();
    assertEquals(Runtime.getRuntime().maxMemory() / 16, limit);
  }

  private double held() {
    return registry.get("holdfast.budget.bytes").tag("kind", "key-sets").gauge().value();
  }

  private double refused() {
    return registry.get("holdfast.budget.refused").tag("kind", "key-sets").counter().count();
  }

  private static List<JsonObject> keys(int count) {
    return IntStream.range(0, count).mapToObj(i -> key(10 + i)).toList();
  }

  private static JsonObject key(int number) {
    return new JsonObject().put("kty", "RSA").put("kid", "k" + number).put("n", "x".repeat(300));
  }
}
