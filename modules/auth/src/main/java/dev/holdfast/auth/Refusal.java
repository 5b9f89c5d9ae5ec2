package dev.holdfast.auth;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with a token, to whoever sent it: of its own claims, and never what others
 * would have to say. Claims are looked at only where the signature was right.
 */
final class Refusal {
  private static final int LONGEST_SHOWN = 80;

  private Refusal() {}

  static HoldfastException unauthorized(String why) {
    return HoldfastException.withPublicMessage(ErrorCode.UNAUTHORIZED, "token: " + why);
  }

  /** Of a token that is valid, but is revoked, or whose tenant may not work. */
  static HoldfastException of(ErrorCode why) {
    return why == ErrorCode.REVOKED
        ? HoldfastException.withPublicMessage(why, "token: revoked")
        : new HoldfastException(why, "token: of a tenant that may not work: " + why);
  }

  /** Whether the library says that the signature was right, and the claims were not. */
  static boolean isOfClaims(@Nullable String message) {
    String said = String.valueOf(message);
    return said.contains("audien") || said.contains("issuer") || said.contains("expired");
  }

  /**
   * From what the library says; it checks the signature first, then audience, issuer and times.
   *
   * @param message the library's
   */
  static HoldfastException of(@Nullable String message, String token, long leewaySeconds) {
    String said = String.valueOf(message);
    if (said.contains("audien")) {
      return unauthorized(
          "audience " + shown(claims(token).getValue("aud")) + " is not taken here");
    }
    if (said.contains("issuer")) {
      return unauthorized(
          "issuer " + shown(claims(token).getValue("iss")) + " is not trusted here");
    }
    if (said.contains("expired")) {
      return times(claims(token), leewaySeconds);
    }
    return unauthorized(
        isJwt(token)
            ? "signature: made by no key that is trusted here"
            : "malformed: not a JWT of three parts");
  }

  private static HoldfastException times(JsonObject claims, long leewaySeconds) {
    long now = System.currentTimeMillis() / 1_000;
    Object exp = claims.getValue("exp");
    if (exp instanceof Number end && end.longValue() + leewaySeconds <= now) {
      return unauthorized("expired since " + time(end));
    }
    Object nbf = claims.getValue("nbf");
    if (nbf instanceof Number start && start.longValue() - leewaySeconds > now) {
      return unauthorized("not valid before " + time(start));
    }
    Object iat = claims.getValue("iat");
    return iat instanceof Number issued && issued.longValue() - leewaySeconds > now
        ? unauthorized("issued in the future, at " + time(issued))
        : unauthorized("expired, or not yet valid");
  }

  private static String time(Number seconds) {
    long within = Math.max(-62_135_596_800L, Math.min(253_402_300_799L, seconds.longValue()));
    return Instant.ofEpochSecond(within).toString();
  }

  private static boolean isJwt(String token) {
    String[] parts = token.split("\\.", -1);
    try {
      return parts.length == 3 && part(parts[0]).containsKey("alg") && part(parts[1]) != null;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static JsonObject claims(String token) {
    return part(token.split("\\.", -1)[1]);
  }

  private static JsonObject part(String base64) {
    byte[] json = Base64.getUrlDecoder().decode(base64);
    return new JsonObject(new String(json, StandardCharsets.UTF_8));
  }

  private static String shown(@Nullable Object claim) {
    if (claim == null) {
      return "(none)";
    }
    String text = claim instanceof JsonArray list ? list.encode() : "'" + claim + "'";
    return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
  }
}
