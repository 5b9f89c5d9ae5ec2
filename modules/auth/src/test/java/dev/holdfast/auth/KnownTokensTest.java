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

  /** One tenant's many tokens had each token of all others verified anew. */
  @Test
  void theTenantThatHasMostGivesUpItsOwn() {
    var four = of(4, 1 << 20);
    four.keep("modest", of("modest"), 0);
    for (int i = 0; i < 10; i++) {
      four.keep("greedy" + i, of("greedy"), 0);
    }
    four.keep("other", of("other"), 0);

    assertNotNull(four.find("modest"));
    assertNotNull(four.find("other"));
    assertEquals(4, four.size());
    assertNull(four.find("greedy7"));
    assertNotNull(four.find("greedy9"));
    assertNotNull(four.find("greedy8"));
  }

  private static Verified of(String tenant) {
    var caller = new Caller.User(tenant, "u".repeat(20 - tenant.length()), Set.of(), Set.of());
    return new Verified(caller, "", 0, 0, null, "");
  }

  @Test
  void itIsBytesThatCountForThis() {
    var three = of(3, 1 << 20);
    three.keep("large", of("i".repeat(10_000), null), 0);
    three.keep("a", of("small"), 0);
    three.keep("b", of("small"), 0);
    three.keep("c", of("small"), 0);

    assertNull(three.find("large"));
    three.clear();
    assertEquals(0, three.size());
    three.keep("again", of("small"), three.cleared());
    assertEquals(1, three.size());
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
    assertEquals(700 + 2 * 7, plain);
    known.clear();
    assertEquals(1, known.cleared());
    var held = new Caller.User("acme", "ann", Set.of("role1"), Set.of("p:q"));
    known.keep("held", new Verified(held, "", 0, 0, null, ""), 1);
    assertEquals(plain + 2 * 100 + 2 * 8, bytes());
    known.clear();
    known.keep("long", of("i".repeat(10_000), null), known.cleared());
    assertEquals(plain + 20_000, bytes());
    known.clear();
    var login = new Verified(ANN.caller(), "", 0, 0, null, "", 0, null, "i".repeat(500));
    known.keep("login", login, known.cleared());
    assertEquals(plain + 1_000, bytes());
    known.clear();
    var account = new ServiceAccount("s", null, Set.of("t1", "t22"));
    known.keep("service", of(null, account), known.cleared());
    assertEquals(plain + 2 * 100 + 2 * 5, bytes());
    known.clear();
    var named = new ServiceAccount("s", "client", Set.of("t1", "t22"));
    known.keep("service", of(null, named), known.cleared());
    assertEquals(plain + 2 * 100 + 2 * 5 + 2 * 6, bytes());
  }

  private KnownTokens<Verified> of(int most, long bytes) {
    var room = new Budget(registry).share("tokens" + kinds++, bytes);
    return new KnownTokens<>(registry, room, said -> said, most, clock::get);
  }

  private static Verified of(String id, ServiceAccount account) {
    return new Verified(ANN.caller(), "", 10_000, 0, id, "", 0, account, null);
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
