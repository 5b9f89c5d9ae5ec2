package dev.holdfast.auth.jwks;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the keys of a set. Only public keys for signatures are taken, each with only the members
 * that make the key, and once for each algorithm that it may serve. A key that is weak, of an
 * unknown kind or broken is left out: the others of the set are as good as before.
 */
public final class UsableKeys {
  /** Most keys of a set. */
  public static final int MOST = 100;

  private static final int LEAST_RSA_BITS = 2048;
  private static final int MOST_RSA_BITS = 8192;
  private static final int LONGEST_ID = 256;
  private static final BigInteger LEAST_EXPONENT = BigInteger.valueOf(3);

  /** The algorithms of each kind of key, by {@code kty}, or {@code kty} and curve. */
  private static final Map<String, List<String>> ALGORITHMS =
      Map.of(
          "RSA", List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
          "EC P-256", List.of("ES256"),
          "EC P-384", List.of("ES384"),
          "EC P-521", List.of("ES512"),
          "OKP Ed25519", List.of("EdDSA"));

  /** Most bytes of a coordinate, by curve; of Ed25519 exactly that many. */
  private static final Map<String, Integer> COORDINATE_BYTES =
      Map.of("P-256", 32, "P-384", 48, "P-521", 66, "Ed25519", 32);

  /**
   * A key of a set, for people.
   *
   * @param id its {@code kid}; none: it has none
   * @param kind {@code kty}, and the curve if it has one
   * @param algorithms those that it serves; none: it is left out
   * @param problem why it is left out; none: it is used
   */
  public record Key(
      @Nullable String id, String kind, List<String> algorithms, @Nullable String problem) {}

  private UsableKeys() {}

  /**
   * Returns what a node makes of each key of a set.
   *
   * @param allowed names of the algorithms that the issuer may use
   */
  public static List<Key> describe(JsonObject set, Set<String> allowed) {
    List<Key> described = new ArrayList<>();
    if (set.getValue("keys") instanceof JsonArray keys) {
      for (Object key : keys) {
        described.add(described(key, allowed));
      }
    }
    return described;
  }

  private static Key described(Object key, Set<String> allowed) {
    if (!(key instanceof JsonObject given)) {
      return new Key(null, "", List.of(), "not an object");
    }
    String id = text(given, "kid");
    try {
      List<String> algorithms =
          versions(given, allowed).stream().map(version -> version.getString("alg")).toList();
      String problem =
          algorithms.isEmpty() ? "of no algorithm that the issuer may use: " + allowed : null;
      return new Key(id, kind(given), algorithms, problem);
    } catch (IllegalArgumentException | ClassCastException e) {
      return new Key(id, kind(given), List.of(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * @param allowed names of the algorithms that the issuer may use
   * @throws IllegalArgumentException if it is no key set, has too many keys, or none is left
   */
  static List<JsonObject> of(JsonObject set, Set<String> allowed) {
    if (!(set.getValue("keys") instanceof JsonArray keys) || keys.size() > MOST) {
      throw new IllegalArgumentException("not a set of at most " + MOST + " keys");
    }
    List<JsonObject> usable = new ArrayList<>();
    for (Object key : keys) {
      if (key instanceof JsonObject given) {
        usable.addAll(versionsOrNone(given, allowed));
      }
    }
    if (usable.isEmpty()) {
      throw new IllegalArgumentException("none of its " + keys.size() + " keys can be used");
    }
    return usable;
  }

  private static List<JsonObject> versionsOrNone(JsonObject given, Set<String> allowed) {
    try {
      return versions(given, allowed);
    } catch (IllegalArgumentException | ClassCastException e) {
      return List.of();
    }
  }

  /** Fails with an {@link IllegalArgumentException} if it is no key for signatures, or weak. */
  private static List<JsonObject> versions(JsonObject given, Set<String> allowed) {
    List<JsonObject> versions = new ArrayList<>();
    JsonObject bare = bare(given);
    String named = text(given, "alg");
    for (String algorithm : ALGORITHMS.getOrDefault(kind(bare), List.of())) {
      if (allowed.contains(algorithm) && (named == null || named.equals(algorithm))) {
        versions.add(bare.copy().put("alg", algorithm));
      }
    }
    return versions;
  }

  private static String kind(JsonObject key) {
    String curve = text(key, "crv");
    return curve == null ? String.valueOf(text(key, "kty")) : text(key, "kty") + " " + curve;
  }

  /** Without what would be a private key, a certificate, or an address of one. */
  private static JsonObject bare(JsonObject given) {
    String use = text(given, "use");
    boolean signs =
        (use == null || use.equals("sig"))
            && (!(given.getValue("key_ops") instanceof JsonArray ops) || ops.contains("verify"));
    String id = text(given, "kid");
    if (!signs || given.containsKey("d") || id != null && id.length() > LONGEST_ID) {
      throw new IllegalArgumentException("not for signatures");
    }
    JsonObject bare = new JsonObject().put("kty", text(given, "kty"));
    if (id != null) {
      bare.put("kid", id);
    }
    if ("RSA".equals(text(given, "kty"))) {
      checkRsa(given);
      return bare.put("n", text(given, "n")).put("e", text(given, "e"));
    }
    String curve = text(given, "crv");
    bare.put("crv", curve).put("x", coordinate(given, "x", curve));
    return "EC".equals(text(given, "kty")) ? bare.put("y", coordinate(given, "y", curve)) : bare;
  }

  /** Without one, the library would make a set without the key, and in silence. */
  private static String coordinate(JsonObject given, String name, @Nullable String curve) {
    String text = text(given, name);
    int length = text == null ? 0 : Base64.getUrlDecoder().decode(text).length;
    int most = COORDINATE_BYTES.getOrDefault(String.valueOf(curve), 0);
    int least = "Ed25519".equals(curve) ? most : 1;
    if (text == null || length < least || length > most) {
      throw new IllegalArgumentException("broken");
    }
    return text;
  }

  private static void checkRsa(JsonObject given) {
    int bits = number(given, "n").bitLength();
    BigInteger exponent = number(given, "e");
    if (bits < LEAST_RSA_BITS
        || bits > MOST_RSA_BITS
        || exponent.compareTo(LEAST_EXPONENT) < 0
        || !exponent.testBit(0)
        || exponent.bitLength() > 64) {
      throw new IllegalArgumentException("weak");
    }
  }

  private static BigInteger number(JsonObject given, String name) {
    return new BigInteger(1, Base64.getUrlDecoder().decode(String.valueOf(text(given, name))));
  }

  private static @Nullable String text(JsonObject key, String name) {
    return key.getValue(name) instanceof String text ? text : null;
  }
}
