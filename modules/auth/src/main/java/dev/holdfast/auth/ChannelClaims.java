package dev.holdfast.auth;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what a channel token says besides who it is for. What is not clear is FORBIDDEN. */
final class ChannelClaims {
  private final JsonObject claims;

  ChannelClaims(JsonObject claims) {
    this.claims = claims;
  }

  /** Returns whether a token is for a channel, whatever else it says. */
  static boolean isOne(JsonObject claims) {
    return claims.containsKey(ChannelToken.CHANNEL);
  }

  /** Returns why it is not taken: it has to end soon after it was issued. */
  Optional<String> problem(long now) {
    if (!isOne(claims)) {
      return Optional.of(ChannelToken.CHANNEL + " missing: it is for no channel");
    }
    if (!(claims.getValue("exp") instanceof Number exp)
        || !(claims.getValue("iat") instanceof Number iat)) {
      return Optional.of("exp or iat is missing, which a token for a channel needs");
    }
    if (exp.longValue() - iat.longValue() > ChannelToken.LONGEST_S) {
      return Optional.of(
          "exp: more than " + ChannelToken.LONGEST_S + " s after iat, for a channel");
    }
    return exp.longValue() * 1_000 <= now
        ? Optional.of("expired: for a channel there is no leeway")
        : Optional.empty();
  }

  /**
   * @throws HoldfastException FORBIDDEN if it is not clear, or of a service, which has no session
   */
  ChannelToken token(Verified token) {
    if (token.account() != null) {
      throw forbidden("of a service, which has no session to add something to");
    }
    return new ChannelToken(token, channel(), verbs(), session());
  }

  private ChannelName channel() {
    ChannelName channel = parsed();
    if (channel.kind() != Kind.TOPIC && channel.kind() != Kind.RUN) {
      throw forbidden(ChannelToken.CHANNEL + ": of topic: and run: only");
    }
    return channel;
  }

  private ChannelName parsed() {
    try {
      return ChannelName.parse(text(ChannelToken.CHANNEL));
    } catch (HoldfastException e) {
      throw forbidden(ChannelToken.CHANNEL + " is not the name of one channel");
    }
  }

  private Set<String> verbs() {
    Object value = claims.getValue(ChannelToken.VERBS_CLAIM, "subscribe");
    List<?> said =
        value instanceof JsonArray list ? list.getList() : List.of(("" + value).split("\\s+"));
    Set<String> verbs = new HashSet<>();
    for (Object verb : said) {
      if (!(verb instanceof String text) || !ChannelToken.VERBS.contains(text)) {
        throw forbidden(ChannelToken.VERBS_CLAIM + ": of subscribe and publish");
      }
      verbs.add(text);
    }
    if (verbs.isEmpty()) {
      throw forbidden(ChannelToken.VERBS_CLAIM + ": at least one");
    }
    return verbs;
  }

  private @Nullable String session() {
    if (!claims.containsKey(ChannelToken.SESSION)) {
      return null;
    }
    try {
      return Names.id(text(ChannelToken.SESSION), "session");
    } catch (HoldfastException e) {
      throw forbidden(ChannelToken.SESSION + " is not the id of one session");
    }
  }

  private String text(String name) {
    if (claims.getValue(name) instanceof String text) {
      return text;
    }
    throw forbidden(name + " is not a string");
  }

  private static HoldfastException forbidden(String reason) {
    return HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "token: " + reason);
  }
}
