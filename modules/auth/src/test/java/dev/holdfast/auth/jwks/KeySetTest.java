package dev.holdfast.auth.jwks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeySetTest {
  private final List<Promise<JsonObject>> fetches = new ArrayList<>();
  private long now = 5;
  private int changes;
  private boolean broken;

  /** What is made of keys is their names. */
  private final KeySet<String> set =
      new KeySet<>(
          "https://id.example",
          Set.of("RS256", "ES256", "EdDSA"),
          this::fetch,
          KeySetTest::names,
          () -> now,
          KeyRoom.of(new SimpleMeterRegistry()).configured());

  private Future<JsonObject> fetch() {
    if (broken) {
      throw new IllegalStateException("closed");
    }
    Promise<JsonObject> fetch = Promise.promise();
    fetches.add(fetch);
    return fetch.future();
  }

  private static String names(List<JsonObject> keys) {
    return String.join(
        ",", keys.stream().map(k -> k.getString("kid") + k.getString("alg")).toList());
  }

  @Test
  void theFirstTokenFetchesItOnceForAllThatWait() {
    Future<String> one = set.with("a");
    Future<String> other = set.with(null);
    assertFalse(one.isComplete());
    fetches.get(0).complete(document(rsa("a", 2048)));

    assertEquals("aRS256", one.result());
    assertEquals("aRS256", other.result());
    assertEquals("aRS256", set.with("a").result());
    assertEquals(1, fetches.size());
  }

  @Test
  void anUnknownKeyIsLookedForOnceInHalfAMinuteHoweverManyTokensNameOne() {
    loaded();
    for (int i = 0; i < 1_000; i++) {
      assertEquals("aRS256", set.with("x" + i).result());
    }
    assertEquals(1, fetches.size());

    pass(KeySet.AGAIN);
    List<Future<String>> asked = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      asked.add(set.with("x" + i));
    }
    assertEquals(2, fetches.size());
    fetches.get(1).complete(document(rsa("x7", 2048)));
    asked.forEach(each -> assertEquals("x7RS256", each.result()));
  }

  @Test
  void whileTheIssuerIsAwayItsKeysServeForADayAndUnknownOnesAreUndecided() {
    loaded();
    pass(KeySet.FRESH.plusSeconds(1));
    assertEquals("aRS256", set.with("a").result(), "an older one at once");
    fetches.get(1).fail("away");
    assertEquals(ErrorCode.UNAVAILABLE, code(set.with("b")));

    pass(KeySet.STALE.minus(KeySet.FRESH).minusSeconds(2));
    assertEquals("aRS256", set.with("a").result(), "no waiting for one that is away");
    fetches.get(2).fail("away");
    pass(Duration.ofSeconds(5));
    assertEquals(ErrorCode.UNAVAILABLE, code(set.with("a")));

    pass(KeySet.AGAIN);
    Future<String> back = set.with("a");
    fetches.get(3).complete(document(rsa("a", 2048)));
    assertEquals("aRS256", back.result());
  }

  /** A stranger's token used up the fetch, and users with a new key were refused for good. */
  @Test
  void aKeyThatIsUnknownIsRefusedOnlyIfItsIssuerWasAskedJustNow() {
    loaded();
    pass(KeySet.JUST_NOW);
    assertEquals(ErrorCode.UNAVAILABLE, code(set.with("new")));
    assertEquals("aRS256", set.with("a").result());
    assertEquals(1, fetches.size());

    pass(KeySet.AGAIN);
    Future<String> asked = set.with("new");
    fetches.get(1).complete(document(rsa("a", 2048), rsa("new", 2048)));
    assertEquals("aRS256,newRS256", asked.result());
  }

  /** Of a key that was taken back, the first token after a quiet time was let in. */
  @Test
  void afterTwentyMinutesWithoutAFetchAKeyIsAskedForFirst() {
    loaded();
    pass(KeySet.FRESH.multipliedBy(2).plusSeconds(1));
    Future<String> one = set.with("a");
    Future<String> other = set.with(null);
    assertFalse(one.isComplete());
    assertFalse(other.isComplete());
    fetches.get(1).complete(document(rsa("b", 2048)));

    assertEquals("bRS256", one.result());
    assertEquals("bRS256", other.result());
    pass(KeySet.FRESH.multipliedBy(2).plusSeconds(1));
    Future<String> away = set.with("b");
    fetches.get(2).fail("away");
    assertEquals("bRS256", away.result());
    assertEquals(3, fetches.size());
  }

  @Test
  void aFetchThatThrowsIsOneThatFailed() {
    broken = true;
    assertEquals(ErrorCode.UNAVAILABLE, code(set.with("a")));
    broken = false;
    pass(KeySet.AGAIN_FIRST);
    loaded();
  }

  @Test
  void anIssuerThatWasNeverThereIsAskedAgainAfterTwoSeconds() {
    Future<String> first = set.with("a");
    fetches.get(0).fail("away");
    assertEquals(ErrorCode.UNAVAILABLE, code(first));
    assertEquals(ErrorCode.UNAVAILABLE, code(set.with("a")));
    assertEquals(1, fetches.size());

    pass(KeySet.AGAIN_FIRST);
    set.with("a");
    assertEquals(2, fetches.size());
  }

  @Test
  void keysThatChangeUnderWayAreReported() {
    set.onChange(() -> changes++);
    loaded();
    assertEquals(0, changes);
    pass(KeySet.FRESH.plusSeconds(1));
    set.with("a");
    fetches.get(1).complete(document(rsa("a", 2048)));
    assertEquals(0, changes, "the same");
    for (JsonObject more :
        List.of(
            document(rsa("b", 2048), rsa("a", 2048)), document(rsa("a", 2048), rsa("b", 2048)))) {
      pass(KeySet.FRESH.plusSeconds(1));
      set.with("a");
      fetches.get(fetches.size() - 1).complete(more);
      assertEquals(0, changes, "one more, or another order");
    }
    pass(KeySet.FRESH.plusSeconds(1));
    set.with("a");
    fetches.get(4).complete(document(rsa("b", 2048)));

    assertEquals(1, changes);
    assertEquals("bRS256", set.with("b").result());
  }

  @Test
  void aSetThatIsNoneLeavesTheOldOneInForce() {
    loaded();
    JsonArray many = new JsonArray();
    for (int i = 0; i <= UsableKeys.MOST; i++) {
      many.add(rsa("k" + i, 2048));
    }
    for (JsonObject bad :
        List.of(
            new JsonObject(),
            new JsonObject().put("keys", "none"),
            new JsonObject().put("keys", new JsonArray()),
            new JsonObject().put("keys", new JsonArray().add("text").add(1)),
            new JsonObject().put("keys", many))) {
      pass(KeySet.FRESH.plusSeconds(1));
      set.with("a");
      fetches.get(fetches.size() - 1).complete(bad);
      assertEquals("aRS256", set.with("a").result(), bad.encode());
    }
  }

  /** An issuer that was added had as many keys in memory as it liked, and so had 1,000 of them. */
  @Test
  void aSetForWhichThereIsNoRoomLeavesTheOldOneInForce() {
    var registry = new SimpleMeterRegistry();
    var narrow =
        new KeySet<>(
            "https://id.example",
            Set.of("RS256"),
            this::fetch,
            KeySetTest::names,
            () -> now,
            new KeyRoom(registry, 20_000).added(null));
    Future<String> first = narrow.with("a");
    fetches.get(0).complete(document(rsa("a", 2048)));
    assertEquals("aRS256", first.result());
    pass(KeySet.FRESH.plusSeconds(1));
    narrow.with("a");
    JsonObject[] many = new JsonObject[20];
    Arrays.setAll(many, i -> rsa("a" + i, 2048));
    fetches.get(1).complete(document(many));

    assertEquals("aRS256", narrow.with("a").result());
    assertEquals(ErrorCode.UNAVAILABLE, code(narrow.with("a7")));
    var failed = registry.get("holdfast.issuer.fetches").tag("outcome", "failed").counter();
    assertEquals(1, failed.count());
  }

  @Test
  void weakForeignAndPrivateKeysAreLeftOut() {
    Future<String> keys = set.with("a");
    fetches
        .get(0)
        .complete(
            document(
                rsa("a", 2048),
                rsa("weak", 1024),
                rsa("huge", 16_384),
                rsa("other", 2048).put("alg", "RS512"),
                rsa("enc", 2048).put("use", "enc"),
                rsa("ops", 2048).put("key_ops", new JsonArray().add("encrypt")),
                rsa("private", 2048).put("d", "AQAB"),
                rsa("one", 2048).put("e", "AQ"),
                rsa("even", 2048).put("e", "Ag"),
                rsa("x".repeat(300), 2048),
                new JsonObject().put("kty", "oct").put("k", "c2VjcmV0").put("kid", "secret"),
                new JsonObject().put("kty", "EC").put("crv", "secp256k1").put("kid", "curve"),
                new JsonObject().put("kty", 5),
                new JsonObject()));

    assertEquals("aRS256", keys.result());
  }

  @Test
  void aKeyWithoutAnAlgorithmServesThoseOfItsKindThatAreAllowed() {
    assertEquals(
        List.of("RS256", "RS512", "PS256"),
        UsableKeys.of(document(rsa("a", 2048)), Set.of("RS512", "PS256", "RS256", "ES256", "HS256"))
            .stream()
            .map(key -> key.getString("alg"))
            .toList());
  }

  private void loaded() {
    Future<String> first = set.with("a");
    fetches.get(0).complete(document(rsa("a", 2048)));
    assertTrue(first.succeeded());
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private static ErrorCode code(Future<?> refused) {
    return ((HoldfastException) refused.cause()).code();
  }

  private static JsonObject document(JsonObject... keys) {
    return new JsonObject().put("keys", new JsonArray(List.of((Object[]) keys)));
  }

  /** Of this many bits; nobody signs with it. */
  private static JsonObject rsa(String id, int bits) {
    byte[] modulus = BigInteger.ONE.shiftLeft(bits - 1).setBit(0).toByteArray();
    return new JsonObject()
        .put("kty", "RSA")
        .put("kid", id)
        .put("n", Base64.getUrlEncoder().withoutPadding().encodeToString(modulus))
        .put("e", "AQAB");
  }
}
