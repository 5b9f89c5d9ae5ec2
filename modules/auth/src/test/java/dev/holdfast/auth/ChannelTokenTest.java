package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChannelTokenTest {
  private static final AuthConfig AUTH =
      AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(TestTokens.SECRET));
  private static final Caller.User ANN =
      new Caller.User(TestTokens.TENANT, "ann", Set.of(), Set.of());

  private final TokenVerifier verifier = TokenVerifier.of(AUTH);

  private static JsonObject claims() {
    long now = TestTokens.now();
    return TestTokens.claims()
        .put("iat", now)
        .put("exp", now + 600)
        .put("hf_channel", "topic:orders/7");
  }

  private ChannelToken taken(JsonObject claims) {
    return verifier.verifyForChannel(TestTokens.hs256(claims)).result();
  }

  private HoldfastException refusal(String token) {
    return HoldfastException.from(verifier.verifyForChannel(token).cause());
  }

  @Test
  void saysWhatItAddsAndForWhom() {
    ChannelToken plain = taken(claims());
    assertEquals(ChannelName.topic("orders/7"), plain.channel());
    assertEquals(Set.of("subscribe"), plain.verbs());
    assertNull(plain.session());
    assertTrue(plain.isFor(ANN, "s1"));
    assertTrue(plain.token().expiresAt() > System.currentTimeMillis());

    ChannelToken more =
        taken(
            claims()
                .put("hf_channel", "run:r1")
                .put("hf_verbs", new JsonArray().add("subscribe").add("publish"))
                .put("hf_session", "s1"));
    assertEquals(ChannelName.parse("run:r1"), more.channel());
    assertEquals(Set.of("subscribe", "publish"), more.verbs());
    assertTrue(more.isFor(ANN, "s1"));
    assertFalse(more.isFor(ANN, "s2"));
    assertEquals(
        Set.of("subscribe", "publish"),
        taken(claims().put("hf_verbs", "subscribe publish")).verbs());
  }

  @Test
  void mayLastForAnHour() {
    long issued = TestTokens.now();
    JsonObject longest = claims().put("iat", issued).put("exp", issued + 3_600);

    assertEquals(Set.of("subscribe"), taken(longest).verbs());
  }

  @Test
  void isOverWithItsLastMillisecond() {
    JsonObject claims = claims();
    long end = claims.getLong("exp") * 1_000;

    assertEquals(Optional.empty(), new ChannelClaims(claims).problem(end - 1));
    assertTrue(new ChannelClaims(claims).problem(end).isPresent());
  }

  @Test
  void isForNobodyElse() {
    ChannelToken token = taken(claims());
    assertFalse(token.isFor(new Caller.User(TestTokens.TENANT, "bob", Set.of(), Set.of()), "s1"));
    assertFalse(token.isFor(new Caller.User("other", "ann", Set.of(), Set.of()), "s1"));
  }

  static Stream<Arguments> others() {
    long now = TestTokens.now();
    return Stream.of(
        Arguments.of("a login token", TestTokens.claims().put("iat", now)),
        Arguments.of("no exp", without("exp")),
        Arguments.of("no iat", without("iat")),
        Arguments.of("longer than an hour", claims().put("iat", now).put("exp", now + 3_601)),
        Arguments.of("over", claims().put("iat", now - 60).put("exp", now)),
        Arguments.of("issued in the future", claims().put("iat", now + 900).put("exp", now + 950)),
        Arguments.of("exp of another type", claims().put("exp", "later")));
  }

  private static JsonObject without(String claim) {
    JsonObject claims = claims();
    claims.remove(claim);
    return claims;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("others")
  void whatIsNoneOrEndsLateIsNotTaken(String what, JsonObject claims) {
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(TestTokens.hs256(claims)).code(), what);
  }

  static Stream<Object> unclearChannels() {
    return Stream.of(
        "topic:*",
        "topic:a/*",
        "topic:",
        "user:ann",
        "session:s1",
        "tenant",
        "system:log",
        "nope",
        "topic:{user}",
        "topic:a b",
        "",
        7,
        true,
        new JsonArray().add("topic:a"));
  }

  @ParameterizedTest
  @MethodSource("unclearChannels")
  void aChannelIsNamedInFull(Object channel) {
    HoldfastException refusal = refusal(TestTokens.hs256(claims().put("hf_channel", channel)));
    assertEquals(ErrorCode.FORBIDDEN, refusal.code());
    assertTrue(refusal.publicMessage().contains("hf_channel"), refusal.publicMessage());
  }

  static Stream<Arguments> unclear() {
    return Stream.of(
        Arguments.of("hf_verbs", ""),
        Arguments.of("hf_verbs", "*"),
        Arguments.of("hf_verbs", "subscribe history"),
        Arguments.of("hf_verbs", new JsonArray()),
        Arguments.of("hf_verbs", new JsonArray().add(1)),
        Arguments.of("hf_verbs", new JsonObject()),
        Arguments.of("hf_session", ""),
        Arguments.of("hf_session", 7),
        Arguments.of("hf_session", "a b"));
  }

  @ParameterizedTest
  @MethodSource("unclear")
  void whatIsNotClearIsRefused(String claim, Object value) {
    HoldfastException refusal = refusal(TestTokens.hs256(claims().put(claim, value)));
    assertEquals(ErrorCode.FORBIDDEN, refusal.code());
    assertTrue(refusal.publicMessage().contains(claim), refusal.publicMessage());
  }

  @Test
  void letsNobodyInAlsoIfItsChannelIsNone() {
    for (Object channel : new Object[] {"topic:a", "", 7, new JsonObject()}) {
      String token = TestTokens.hs256(claims().put("hf_channel", channel));
      var refusal = HoldfastException.from(verifier.verify(token).cause());
      assertEquals(ErrorCode.UNAUTHORIZED, refusal.code());
      assertTrue(verifier.verify(token).failed(), "again");
    }
    JsonObject none = claims();
    none.putNull("hf_channel");
    assertTrue(verifier.verify(TestTokens.hs256(none)).failed());
  }

  @Test
  void aForgedOrRevokedOneIsRefused() {
    String good = TestTokens.hs256(claims());
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(good.substring(0, good.length() - 4)).code());
    assertEquals(ErrorCode.UNAUTHORIZED, refusal(TestTokens.hs256(claims(), new byte[32])).code());
    assertEquals(ErrorCode.UNAUTHORIZED, refusal("").code());
    assertEquals(ErrorCode.UNAUTHORIZED, refusal("x".repeat(20_000)).code());

    TokenVerifier revoking = verifier.refusing(token -> true);
    var revoked = HoldfastException.from(revoking.verifyForChannel(good).cause());
    assertEquals(ErrorCode.REVOKED, revoked.code());
  }

  /** A user who showed the same one again and again had an event loop check signatures. */
  @Test
  void theSignatureOfOneIsCheckedOnceAndWhatIsRevokedIsRefusedAllTheSame() {
    var registry = new SimpleMeterRegistry();
    TokenVerifier counting = TokenVerifier.of(AUTH, registry);
    String token = TestTokens.hs256(claims());

    ChannelToken first = counting.verifyForChannel(token).result();
    assertSame(first, counting.verifyForChannel(token).result());

    assertEquals(1, checked(registry, "signature"));
    assertEquals(1, checked(registry, "memory"));
    assertEquals(1, registry.get("holdfast.channel.tokens.known").gauge().value());
    assertTrue(counting.verify(token).failed(), "it lets nobody in");
    TokenVerifier revoking = counting.refusing(one -> true);
    var revoked = HoldfastException.from(revoking.verifyForChannel(token).cause());
    assertEquals(ErrorCode.REVOKED, revoked.code());
    String login = TestTokens.hs256(TestTokens.claims());
    assertTrue(counting.verify(login).succeeded());
    assertTrue(counting.verifyForChannel(login).failed(), "nor is one that lets in for a channel");
  }

  private static double checked(SimpleMeterRegistry registry, String by) {
    return registry.get("holdfast.tokens.verified").tag("by", by).counter().count();
  }

  @Test
  void whatTheSignerMakesIsTaken() {
    var signer = new TokenSigner(TestTokens.SECRET, AUTH);
    ChannelName channel = ChannelName.topic("a/b");
    String token =
        signer.signForChannel(ANN, Duration.ofHours(1), channel, ChannelToken.VERBS, "s1");

    ChannelToken taken = verifier.verifyForChannel(token).result();
    assertEquals(channel, taken.channel());
    assertEquals(ChannelToken.VERBS, taken.verbs());
    assertEquals("s1", taken.session());
    assertEquals(channel, taken.grant("b").channel());
    assertEquals(taken.token().expiresAt(), taken.grant("b").endsAt());
  }
}
