package dev.holdfast.auth;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a caller from the claims of a token whose signature was checked. A token that is genuine
 * but doesn't say clearly who it is for is FORBIDDEN.
 */
final class Claims {
  /** The last second whose ms still are exact in JSON. */
  private static final long LAST_SECOND = ((1L << 53) - 1) / 1000;

  private final JsonObject claims;

  Claims(JsonObject claims) {
    this.claims = claims;
  }

  Caller.User caller(ClaimPaths paths) {
    String tenant = one(paths.tenant(), "tenant");
    String user = one(paths.user(), "user");
    try {
      return new Caller.User(
          tenant, user, many(paths.roles(), "roles"), many(paths.permissions(), "permissions"));
    } catch (HoldfastException e) {
      throw forbidden(e.publicMessage());
    }
  }

  /**
   * @return ms since 1970; 0 where there is none
   */
  long expiresAt() {
    Object exp = claims.getValue("exp");
    if (exp == null) {
      return 0;
    }
    return Math.min(LAST_SECOND, ((Number) exp).longValue()) * 1000;
  }

  /** Returns whether the times that are given are numbers: anything else is not a valid token. */
  boolean timesAreNumbers() {
    for (String time : new String[] {"exp", "nbf", "iat"}) {
      if (claims.containsKey(time) && !(claims.getValue(time) instanceof Number)) {
        return false;
      }
    }
    return true;
  }

  private String one(ClaimPath path, String what) {
    Object value = at(path);
    if (value instanceof String text) {
      return text;
    }
    if (value == null) {
      throw forbidden(what + " missing: no claim " + path);
    }
    throw forbidden(what + " at " + path + " is not one string");
  }

  private Set<String> many(ClaimPath path, String what) {
    Object value = at(path);
    var texts = new HashSet<String>();
    if (value instanceof String text) {
      texts.addAll(List.of(text.strip().split("\\s+")));
    } else if (value instanceof JsonArray list) {
      for (Object entry : list) {
        if (!(entry instanceof String text)) {
          throw notStrings(path, what);
        }
        texts.add(text);
      }
    } else if (value != null) {
      throw notStrings(path, what);
    }
    texts.remove("");
    return texts;
  }

  private static HoldfastException notStrings(ClaimPath path, String what) {
    return forbidden(what + " at " + path + " are not strings");
  }

  private @Nullable Object at(ClaimPath path) {
    Object value = claims;
    for (String name : path.names()) {
      value = value instanceof JsonObject object ? object.getValue(name) : null;
    }
    return value;
  }

  private static HoldfastException forbidden(String reason) {
    return HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "token: " + reason);
  }
}
