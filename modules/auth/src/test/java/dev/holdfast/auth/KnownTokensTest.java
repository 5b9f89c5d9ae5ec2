package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.bounds.Budget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A signature was checked for each request, though the same token came with all of them. */
class KnownTokensTest {
  private static final Verified ANN = verified(Set.of(), 10_000);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong clock = new AtomicLong(1_000);
  private int kinds;
  private final KnownTokens<Verified> known = of(3, 1 << 20);

  @Test
  void aTokenIsKnownUntilItEnds() {
    known.keep("ann", ANN, 0);

    clock.set(9_999);
    assertSame(ANN, known.find("ann"));
    clock.set(10_000);
    assertNull(known.find("ann"));

    assertEquals(0, known.size());
    assertEquals(0, bytes());
  }

  @Test
  void oneWithoutAnEndIsKnown() {
    known.keep("ann", verified(Set.of(), 0), 0);

    clock.set(Long.MAX_VALUE);
    assertNotNull(known.find("ann"));
  }

  @Test
  void oneAtItsEndIsNotKept() {
    clock.set(10_000); // valid by the leeway alone
    known.keep("ann", ANN, 0);

    assertEquals(0, known.size());
  }

  /** It may be one that is not valid yet, now. */
  @Test
  void aClockThatWasSetBackKnowsNothing() {
    known.keep("ann", ANN, 0);

    clock.set(999);

    assertNull(known.find("ann"));
    assertEquals(0, bytes());
  }

  @Test
  void anotherTokenIsNotKnown() {
    known.keep("ann", ANN, 0);

    assertNull(known.find("ann "));
    assertEquals(1, verifications("signature"));
    assertEquals(0, verifications("memory"));
  }

  @Test
  void beyondTheMostTheOneThatCameLongestAgoGoes() {
    known.keep("a", ANN, 0);
    known.keep("b", ANN, 0);
    known.keep("c", ANN, 0);
    assertNotNull(known.find("a"));

    known.keep("d", ANN, 0);

    assertNull(known.find("b"));
    assertNotNull(known.find("a"));
    assertNotNull(known.find("d"));
    assertEquals(3, known.size());
  }

  /** A token may hold thousands of permissions. */
  @Test
  void bytesAreBoundedToo() {
    Set<String> many = IntStream.range(0, 3_000).mapToObj(i -> "p" + i).collect(Collectors.toSet());
    var narrow = of(1_000, 700_000);

    for (int i = 0; i < 10; i++) {
      narrow.keep("token" + i, verified(many, 0), 0);
    }

    assertEquals(2, narrow.size());
    assertNotNull(narrow.find("token9"));
  }

  /** An issuer chooses the ids of its tokens; 50,000 long ones filled a node. */
  @Test
  void idsAndTenantsOfServicesAreBytesToo() {
    known.keep("ann", ANN, 0);
    double plain = bytes();
    assertEquals(600 + 2 * 7, plain);
    known.clear();
    assertEquals(1, known.cleared());
    var held = new Caller.User("acme", "ann", Set.of("role1"), Set.of("p:q"));
    known.keep("held", new Verified(held, "", 0, 0, null, ""), 1);
    assertEquals(plain + 2 * 100 + 2 * 8, bytes());
    known.clear();
    known.keep("long", of("i".repeat(10_000), null), known.cleared());
    assertEquals(plain + 20_000, bytes());
    known.clear();
    known.keep("service", of(null, new ServiceAccount("s", Set.of("t1", "t22"))), known.cleared());
    assertEquals(plain + 2 * 100 + 2 * 5, bytes());
  }

  private KnownTokens<Verified> of(int most, long bytes) {
    var room = new Budget(registry).share("tokens" + kinds++, bytes);
    return new KnownTokens<>(registry, room, said -> said, most, clock::get);
  }

  private static Verified of(String id, ServiceAccount account) {
    return new Verified(ANN.caller(), "", 10_000, 0, id, "", 0, account);
  }

  @Test
  void oneThatIsLargerThanAllIsNotKept() {
    var tiny = of(1_000, 10);

    tiny.keep("ann", ANN, 0);

    assertEquals(0, tiny.size());
  }

  @Test
  void whatIsKeptTwiceTakesItsBytesOnce() {
    known.keep("ann", ANN, 0);
    double once = bytes();
    known.keep("ann", ANN, 0);

    assertTrue(once > 0);
    assertEquals(once, bytes());
  }

  /** A token that was verified by a key while that was taken back was kept until its end. */
  @Test
  void whatWasVerifiedBeforeKeysChangedIsNotKept() {
    int then = known.cleared();
    known.keep("ann", ANN, then);
    known.clear();
    known.keep("ann", ANN, then);

    assertEquals(0, known.size());
    assertEquals(0, bytes());
  }

  private double bytes() {
    return registry.get("holdfast.budget.bytes").tag("kind", "tokens0").gauge().value();
  }

  private double verifications(String by) {
    return registry.get("holdfast.tokens.verified").tag("by", by).counter().count();
  }

  private static Verified verified(Set<String> permissions, long expiresAt) {
    return new Verified(
        new Caller.User("acme", "ann", Set.of(), permissions), "", expiresAt, 0, null, "");
  }
}
