package dev.holdfast.gateway.session;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Takes other tokens of the same user while the connection stays. One at a time: nothing is read
 * behind a {@code refresh} until it is answered, so what comes behind it is checked against the new
 * token. What is refused changes nothing. The session's record names the new token before it is in
 * force. Confined to the event loop.
 */
public final class Refreshing {
  /** Most refreshes of a connection within a minute: each may take the check of a signature. */
  private static final int MOST = 10;

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final ClientSession session;
  private final ClientLink client;
  private final Function<String, Future<Verified>> verify;
  private final ChannelTokens tokens;
  private final Turns turns;
  private boolean busy;
  private long since = System.nanoTime();
  private int count;

  /** What follows from a refresh. */
  public interface Turns {
    /** Nothing more may be read. */
    void begun();

    /** The client has shown a token that is not valid, or another's. */
    void strange();

    /** Another token is in force, and with it other permissions. */
    void changed();

    /** It was answered: more may be read. */
    void answered();
  }

  /**
   * @param verify checks a token in full
   */
  public Refreshing(
      ClientSession session,
      ClientLink client,
      Function<String, Future<Verified>> verify,
      ChannelTokens tokens,
      Turns turns) {
    this.session = session;
    this.client = client;
    this.verify = verify;
    this.tokens = tokens;
    this.turns = turns;
  }

  /** Returns whether one is not answered yet. */
  public boolean busy() {
    return busy;
  }

  public void refresh(ClientFrame.Refresh frame) {
    long wait = count(System.nanoTime());
    if (wait > 0) {
      var refusal =
          HoldfastException.withPublicMessage(ErrorCode.RATE_LIMITED, "refresh: too many");
      client.refuse(frame.id(), refusal, wait, 0);
      return;
    }
    busy = true;
    turns.begun();
    verify
        .apply(frame.token())
        .compose(this::ofSame)
        .onSuccess(token -> take(frame, token))
        .onFailure(failure -> refuse(frame, failure));
  }

  /** Counts one, and returns 0; or returns the ms after which there may be another. */
  private long count(long now) {
    if (now - since >= MINUTE) {
      since = now;
      count = 0;
    }
    return ++count <= MOST ? 0 : 1 + TimeUnit.NANOSECONDS.toMillis(since + MINUTE - now);
  }

  private Future<Verified> ofSame(Verified token) {
    return token.isOfSame(session.token())
        ? Future.succeededFuture(token)
        : Future.failedFuture(
            HoldfastException.withPublicMessage(
                ErrorCode.FORBIDDEN,
                "token: not of the issuer, tenant and user of the one before"));
  }

  /** The token before stays in force. A failure never means here that the session is another's. */
  private void refuse(ClientFrame.Refresh frame, Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    if (!named.code().retryable) {
      turns.strange();
    }
    client.report(frame.id(), named);
    answered();
  }

  private void take(ClientFrame.Refresh frame, Verified token) {
    if (token.digest().equals(session.token().digest())) {
      answer(frame);
      return;
    }
    tokens
        .goOnWith(token)
        .onSuccess(
            noted -> {
              turns.changed();
              answer(frame);
            })
        .onFailure(
            failure -> {
              client.refuse(frame.id(), failure);
              answered();
            });
  }

  private void answer(ClientFrame.Refresh frame) {
    boolean ends = session.token().expiresAt() != 0;
    String data = ends ? "{\"expiresIn\":" + session.left() + "}" : "{}";
    client.send(ServerFrames.reply(frame.id(), data));
    answered();
  }

  private void answered() {
    busy = false;
    turns.answered();
  }
}
