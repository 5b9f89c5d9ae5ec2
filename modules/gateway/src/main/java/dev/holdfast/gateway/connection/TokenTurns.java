package dev.holdfast.gateway.connection;

import dev.holdfast.auth.ChannelToken;
import dev.holdfast.auth.Verified;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.gateway.session.ChannelTokens;
import dev.holdfast.gateway.session.Refreshing;
import io.vertx.core.Future;
import java.util.Optional;

/** What is known of a connection's tokens, and what another one changes there. */
final class TokenTurns implements Refreshing.Turns, ChannelTokens.Checks {
  private final TokenChecks check;
  private final GatewayMetrics metrics;
  private final Owner owner;

  /** The connection whose tokens they are. */
  interface Owner {
    /** Reads nothing more, or goes on. */
    void hold(boolean hold);

    /** Notes a token that is not valid, or another's. */
    void strange();

    /** Other permissions are in force. */
    void permissionsChanged();

    /** Another token is in force, which may be refused since it was verified. */
    void tokenChanged();
  }

  TokenTurns(TokenChecks check, GatewayMetrics metrics, Owner owner) {
    this.check = check;
    this.metrics = metrics;
    this.owner = owner;
  }

  @Override
  public void begun() {
    owner.hold(true);
  }

  @Override
  public void strange() {
    owner.strange();
  }

  @Override
  public void changed() {
    owner.permissionsChanged();
    owner.tokenChanged();
  }

  @Override
  public void answered() {
    owner.hold(false);
  }

  @Override
  public Future<ChannelToken> verifyForChannel(String token) {
    return check.verifyForChannel(token);
  }

  @Override
  public Optional<ErrorCode> refusal(Verified token) {
    return check.refusal(token);
  }

  @Override
  public void fewer() {
    owner.permissionsChanged();
  }

  @Override
  public void counted(String outcome) {
    metrics.channelToken(outcome);
  }
}
