package dev.holdfast.gateway.connection;

import dev.holdfast.auth.ChannelToken;
import dev.holdfast.auth.Verified;
import dev.holdfast.core.ErrorCode;
import io.vertx.core.Future;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a node knows of tokens. Safe on any thread. */
interface TokenChecks {
  /**
   * Checks a user's token in full; fails as {@link dev.holdfast.auth.TokenVerifier} says, and as
   * FORBIDDEN if it is a service's.
   */
  Future<Verified> verify(@Nullable String token);

  /** Checks a channel token in full; fails as {@link dev.holdfast.auth.TokenVerifier} says. */
  Future<ChannelToken> verifyForChannel(String token);

  /** Returns why a token is refused since it was verified; empty: it is not. */
  Optional<ErrorCode> refusal(Verified token);
}
