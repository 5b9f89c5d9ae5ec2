package dev.holdfast.gateway.connection;

import dev.holdfast.auth.ChannelToken;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.limits.Limiter;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Checks whether a hello may be answered at all, and verifies its token. */
public final class HelloCheck implements TokenChecks {
  private final BooleanSupplier accepting;
  private final BooleanSupplier crowded;
  private final TokenVerifier tokens;
  private final Limiter limiter;
  private final Context context;

  /**
   * @param accepting whether the node takes clients now
   * @param crowded whether clients that were asked to move should go to another node
   */
  public HelloCheck(
      BooleanSupplier accepting,
      BooleanSupplier crowded,
      TokenVerifier tokens,
      Limiter limiter,
      Context context) {
    this.accepting = accepting;
    this.crowded = crowded;
    this.tokens = tokens;
    this.limiter = limiter;
    this.context = context;
  }

  /** Closes a connection if this node does not take its hello; returns whether it did. */
  boolean refuses(Connection connection, ClientFrame.Hello hello) {
    if (!accepting.getAsBoolean()) {
      connection.known();
      connection.fail(new HoldfastException(ErrorCode.UNAVAILABLE, "the node accepts nobody now"));
      return true;
    }
    if (hello.move() && crowded.getAsBoolean()) {
      connection.known();
      connection.close(CloseCode.ELSEWHERE);
      return true;
    }
    return false;
  }

  @Override
  public Future<Verified> verify(@Nullable String token) {
    return tokens.verify(token, TokenVerifier.ANY_TENANT).map(HelloCheck::ofUser);
  }

  /**
   * Returns a token by which a user connects. A service has no session: as the user by whose name
   * its token goes it would be somebody else.
   *
   * @throws HoldfastException FORBIDDEN if it is a service's
   */
  public static Verified ofUser(Verified token) {
    if (token.isOfService()) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, "token: of a service; a connection takes a user's");
    }
    return token;
  }

  @Override
  public Future<ChannelToken> verifyForChannel(String token) {
    return tokens.verifyForChannel(token);
  }

  @Override
  public Optional<ErrorCode> refusal(Verified token) {
    return tokens.refusal(token);
  }

  /**
   * Makes a place among the connections of the caller; nothing is taken yet.
   *
   * @param channels the number that its request asks for
   */
  ConnectionPlace place(Caller.User caller, int channels) {
    return new ConnectionPlace(context, limiter, caller, channels);
  }
}
