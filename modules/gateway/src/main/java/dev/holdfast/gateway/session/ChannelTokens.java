package dev.holdfast.gateway.session;

import dev.holdfast.auth.ChannelToken;
import dev.holdfast.auth.Verified;
import dev.holdfast.core.Access;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.session.ChannelOrder.Turn;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.tokens.ChannelGrant;
import dev.holdfast.tokens.RevocationMessage;
import dev.holdfast.tokens.TokenOrigin;
import dev.holdfast.tokens.TokenRef;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the tokens that add something for one channel, with a subscription of it. The session's
 * record has what they add before it is in force, so that it outlives the connection. All writes of
 * tokens go through here, one after the other. Confined to the event loop.
 */
public final class ChannelTokens {
  private static final int BASIS_CHARS = 16;

  private final ClientSession session;
  private final ClientLink client;
  private final ServiceClient sessions;
  private final Checks checks;
  private final RefusedTokens refused = new RefusedTokens();
  private Future<Void> before = Future.succeededFuture();

  /** What is known of tokens, and what follows from them. */
  public interface Checks {
    /** Checks a channel token in full. */
    Future<ChannelToken> verifyForChannel(String token);

    /** Returns why a token is refused since it was verified; empty: it is not. */
    Optional<ErrorCode> refusal(Verified token);

    /** The client has shown a token that is not valid, or another's. */
    void strange();

    /** Something is permitted no longer. */
    void fewer();

    /**
     * Counts a token.
     *
     * @param outcome {@code taken} or {@code refused}
     */
    void counted(String outcome);
  }

  public ChannelTokens(
      ClientSession session, ClientLink client, ServiceClient sessions, Checks checks) {
    this.session = session;
    this.client = client;
    this.sessions = sessions;
    this.checks = checks;
  }

  /** Takes back what the session's record has, as far as it is still valid. */
  public void resumed(List<ChannelGrant> kept) {
    String basis = basis(session.token().caller());
    for (ChannelGrant grant : kept) {
      if (grant.basis().equals(basis)) {
        session.grants().put(grant, Verified.of(grant.origin()));
      }
    }
    session.grants().dropRefused(checks::refusal);
  }

  /** Ends what was added by tokens that are refused now. */
  public void endRefused() {
    if (session.grants().dropRefused(checks::refusal)) {
      checks.fewer();
    }
  }

  /**
   * Takes the token of a subscription, and goes on; or answers why not. A user that may read the
   * channel anyway goes on in any case.
   */
  public void take(ClientFrame.Subscribe frame, String token, Turn turn, Runnable then) {
    boolean may = mayRead(frame.channel());
    long wait = refused.pause(System.nanoTime());
    if (wait > 0) {
      var refusal = HoldfastException.withPublicMessage(ErrorCode.RATE_LIMITED, "token: too many");
      goOn(may, turn, then, () -> client.refuse(frame.id(), refusal, wait, 0));
      return;
    }
    checks
        .verifyForChannel(token)
        .compose(verified -> fitting(verified, frame.channel(), may))
        .onSuccess(verified -> store(frame, verified, turn, then))
        .onFailure(failure -> refuse(frame, failure, turn, then));
  }

  private boolean mayRead(ChannelName name) {
    String id = session.ref().session();
    return Access.mayRead(session.token().caller(), id, session.channel(name));
  }

  /** Says the same of whatever it is for instead. */
  private Future<ChannelToken> fitting(ChannelToken token, ChannelName name, boolean may) {
    boolean fits =
        token.isFor(session.token().caller(), session.ref().session())
            && token.channel().equals(name)
            && (may || token.verbs().contains("subscribe"));
    return fits
        ? Future.succeededFuture(token)
        : Future.failedFuture(
            HoldfastException.withPublicMessage(
                ErrorCode.FORBIDDEN, "token: not to subscribe to this channel in this session"));
  }

  /** A failure never means here that the session is another's. */
  private void refuse(ClientFrame.Subscribe frame, Throwable failure, Turn turn, Runnable then) {
    HoldfastException named = HoldfastException.from(failure);
    boolean may = mayRead(frame.channel());
    if (!named.code().retryable) {
      refused.count(System.nanoTime());
      checks.counted("refused");
      if (!may) {
        checks.strange();
      }
    }
    goOn(may, turn, then, () -> client.report(frame.id(), named));
  }

  private static void goOn(boolean may, Turn turn, Runnable then, Runnable refusal) {
    if (may) {
      then.run();
    } else {
      turn.answer(refusal);
    }
  }

  private void store(ClientFrame.Subscribe frame, ChannelToken token, Turn turn, Runnable then) {
    write(() -> add(token))
        .onSuccess(stored -> stored(frame, turn, then))
        .onFailure(failure -> turn.answer(() -> client.refuse(frame.id(), failure)));
  }

  private Future<?> add(ChannelToken token) {
    String basis = basis(session.token().caller());
    ChannelGrant grant = kept(token.grant(basis));
    List<ChannelGrant> next = ChannelGrants.with(session.grants().under(basis), grant);
    return ask(null, next).onSuccess(done -> session.grants().put(grant, token.token()));
  }

  /** Without an id that is longer than one by which a token can be revoked. */
  private static ChannelGrant kept(ChannelGrant grant) {
    TokenOrigin from = grant.origin();
    var without =
        new TokenOrigin(
            from.tenant(),
            from.user(),
            from.issuedAt(),
            named(from.id()),
            from.digest(),
            named(from.login()));
    return new ChannelGrant(grant.channel(), grant.verbs(), grant.endsAt(), grant.basis(), without);
  }

  private static @Nullable String named(@Nullable String id) {
    return id == null || id.length() > RevocationMessage.LONGEST_ID ? null : id;
  }

  /** It may be refused since it was verified; from here on its node finds it. */
  private void stored(ClientFrame.Subscribe frame, Turn turn, Runnable then) {
    if (session.grants().anyRefused(checks::refusal)) {
      endRefused();
    }
    checks.counted("taken");
    then.run();
  }

  /**
   * Goes on with another token of the same user. What was added stays if that has the same roles
   * and permissions; otherwise the client shows its channel tokens again.
   */
  Future<?> goOnWith(Verified token) {
    String basis = basis(token.caller());
    return write(
        () ->
            ask(token.ref(), session.grants().under(basis))
                .onSuccess(
                    done -> {
                      session.goOnWith(token);
                      session.grants().keepUnder(basis);
                    }));
  }

  private Future<?> ask(@Nullable TokenRef token, List<ChannelGrant> grants) {
    return sessions.ask(new SessionMessage.Refresh(session.ref(), token, grants));
  }

  private Future<Void> write(Supplier<Future<?>> step) {
    Future<Void> next = before.transform(done -> step.get().<Void>mapEmpty());
    before = next;
    return next;
  }

  /** Returns a name for the roles and permissions of a login token. */
  static String basis(Caller.User user) {
    String text = new TreeSet<>(user.roles()) + "\n" + new TreeSet<>(user.permissions());
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().encodeToString(hash).substring(0, BASIS_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
