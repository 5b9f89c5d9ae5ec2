package dev.holdfast.auth.jwks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.auth.jwks.UsableKeys.Key;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The limits of what keys may be. */
class UsableKeysTest {
  private static final Set<String> ALLOWED = Set.of("RS256", "ES256", "EdDSA");
  private static final BigInteger USUAL = BigInteger.valueOf(65_537);

  private static JsonObject rsa(int bits, BigInteger exponent) {
    return new JsonObject()
        .put("kty", "RSA")
        .put("n", base64(BigInteger.ONE.shiftLeft(bits - 1).setBit(0).toByteArray()))
        .put("e", base64(exponent.toByteArray()));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static List<JsonObject> of(JsonObject... keys) {
    return UsableKeys.of(
        new JsonObject().put("keys", new JsonArray(List.of((Object[]) keys))), ALLOWED);
  }

  private static void assertTaken(JsonObject key) {
    assertEquals(1, of(key).size(), key.encode());
  }

  private static void assertLeftOut(JsonObject key) {
    assertThrows(IllegalArgumentException.class, () -> of(key), key.encode());
  }

  @Test
  void moduliHaveTheirBounds() {
    assertTaken(rsa(2_048, USUAL));
    assertTaken(rsa(8_192, USUAL));
    assertLeftOut(rsa(2_047, USUAL));
    assertLeftOut(rsa(8_193, USUAL));
  }

  @Test
  void exponentsHaveTheirBounds() {
    assertTaken(rsa(2_048, BigInteger.valueOf(3)));
    assertTaken(rsa(2_048, BigInteger.ONE.shiftLeft(63).setBit(0)));
    assertLeftOut(rsa(2_048, BigInteger.ONE));
    assertLeftOut(rsa(2_048, BigInteger.valueOf(4)));
    assertLeftOut(rsa(2_048, BigInteger.ONE.shiftLeft(64).setBit(0)));
  }

  @Test
  void coordinatesHaveTheirLengths() {
    JsonObject point = new JsonObject().put("kty", "EC").put("crv", "P-256");
    String whole = base64(new byte[32]);
    assertTaken(point.copy().put("x", base64(new byte[1])).put("y", whole));
    assertTaken(point.copy().put("x", whole).put("y", whole));
    assertLeftOut(point.copy().put("x", "").put("y", whole));
    assertLeftOut(point.copy().put("x", whole).put("y", base64(new byte[33])));
    JsonObject edwards = new JsonObject().put("kty", "OKP").put("crv", "Ed25519");
    assertTaken(edwards.copy().put("x", whole));
    assertLeftOut(edwards.copy().put("x", base64(new byte[31])));
    assertLeftOut(edwards.copy().put("x", base64(new byte[33])));
  }

  @Test
  void idsAndSetsHaveTheirLengths() {
    assertTaken(rsa(2_048, USUAL).put("kid", "k".repeat(256)));
    assertLeftOut(rsa(2_048, USUAL).put("kid", "k".repeat(257)));
    JsonObject[] many = new JsonObject[UsableKeys.MOST];
    java.util.Arrays.setAll(many, i -> rsa(2_048, USUAL).put("kid", "k" + i));
    assertEquals(UsableKeys.MOST, of(many).size());
  }

  @Test
  void whatIsLeftOutIsDescribed() {
    var set =
        new JsonObject().put("keys", new JsonArray().add(5).add(rsa(1_024, USUAL).put("kid", "a")));
    assertEquals(
        List.of(
            new Key(null, "", List.of(), "not an object"), new Key("a", "RSA", List.of(), "weak")),
        UsableKeys.describe(set, ALLOWED));
  }
}
