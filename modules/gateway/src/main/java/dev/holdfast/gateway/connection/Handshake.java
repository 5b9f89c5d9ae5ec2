package dev.holdfast.gateway.connection;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.connection.pace.HelloTurns;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.gateway.subscription.OwnChannels;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.protocol.Welcome;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.NewSession;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Leads a connection from the hello to the welcome. In this order, the token is verified, the
 * limits are asked, it is the hello's turn, the session is attached, publications of its older
 * generations are fenced, and its channels are opened. A failure closes the connection. A failure
 * of the store closes it as retryable, and never gives a new session instead.
 */
public final class Handshake implements Greeter {
  private final HelloCheck check;
  private final HelloTurns turns;
  private final Attaching attaching;
  private final SessionWiring parts;
  private final GatewayMetrics metrics;
  private final GatewayConfig config;

  public Handshake(
      HelloCheck check,
      HelloTurns turns,
      Attaching attaching,
      SessionWiring parts,
      GatewayMetrics metrics,
      GatewayConfig config) {
    this.check = check;
    this.turns = turns;
    this.attaching = attaching;
    this.parts = parts;
    this.metrics = metrics;
    this.config = config;
  }

  @Override
  public void greet(Connection connection, ClientFrame.Hello hello) {
    if (!check.refuses(connection, hello)) {
      new Run(connection, hello).begin();
    }
  }

  /** The handshake of one connection. */
  private final class Run implements HelloTurns.Guest {
    private final Connection connection;
    private final ClientFrame.Hello hello;
    private final long started = System.nanoTime();
    private final OwnChannels own;
    private @Nullable ConnectionPlace place;

    Run(Connection connection, ClientFrame.Hello hello) {
      this.connection = connection;
      this.hello = hello;
      this.own = parts.ownChannels(connection.sink());
    }

    void begin() {
      String token = connection.token() == null ? hello.token() : connection.token();
      check
          .verify(token)
          .compose(this::admit)
          .compose(verified -> turns.run(this, tenant(verified), () -> come(verified)))
          .onSuccess(this::welcome)
          .onFailure(this::refused)
          .onComplete(done -> own.close());
    }

    private void refused(Throwable failure) {
      if (HoldfastException.from(failure).code().ofTenant()) {
        connection.known(); // its token is valid
      }
      connection.fail(failure);
    }

    /**
     * Admits one more connection if user and tenant may have it. A client that resumes a session
     * has the place of the connection that it replaces. If there was none, a place is asked for
     * after the attach.
     */
    private Future<Verified> admit(Verified verified) {
      connection.known();
      ConnectionPlace wanted = check.place(verified.caller(), connection.asked());
      place = wanted;
      connection.takes(wanted);
      return wanted.enter(hello.resume() != null).map(admitted -> verified);
    }

    @Override
    public boolean isGone() {
      return connection.phase() == Connection.Phase.CLOSED;
    }

    @Override
    public void later(long ms) {
      connection.later(ms);
    }

    private static String tenant(Verified verified) {
      return verified.caller().tenant();
    }

    private Future<Attached> come(Verified verified) {
      return attach(verified).compose(this::confirm).compose(attaching::fence);
    }

    /** A client that comes back, or brings cursors, begins elsewhere. */
    private Future<Attached> attach(Verified verified) {
      Future<@Nullable NewSession> prepared =
          hello.resume() == null && hello.channels().isEmpty()
              ? own.open(verified.caller()).map(fresh -> fresh)
              : Future.succeededFuture();
      return prepared
          .compose(fresh -> attaching.attach(connection, verified, hello, fresh))
          .onSuccess(own::attached)
          .compose(attached -> attached(verified, attached));
    }

    private Future<Attached> attached(Verified verified, Attached attached) {
      var session =
          new ClientSession(
              attached.session(),
              verified,
              hello.keepsCursors(),
              parts.attachments()::channelGrants);
      var live = new LiveSession(connection, session, parts, check);
      if (!connection.attach(live)) {
        return Future.failedFuture(
            new HoldfastException(ErrorCode.UNAVAILABLE, "closed meanwhile"));
      }
      // It may be refused since it was verified; from here on its node finds this holder.
      live.closeIfRefused(check::refusal);
      return Future.succeededFuture(attached);
    }

    private Future<Attached> confirm(Attached attached) {
      ConnectionPlace entered = place;
      return attached.resumed() || entered == null
          ? Future.succeededFuture(attached)
          : entered.confirm().map(done -> attached);
    }

    private void welcome(Attached attached) {
      LiveSession session = connection.session();
      if (session == null || connection.phase() == Connection.Phase.CLOSED) {
        return;
      }
      metrics.greeted(System.nanoTime() - started);
      connection.send(ServerFrames.welcome(frame(attached)));
      session.open(attached, hello);
      connection.welcomed();
    }

    private Welcome frame(Attached attached) {
      return new Welcome(
          attached.session().session(),
          attached.session().generation(),
          connection.id(),
          attaching.node().id(),
          attached.resumed(),
          attached.linger() / 1_000,
          Math.max(1, config.heartbeat().toSeconds()),
          config.frameLimit(),
          GatewayConfig.CHANNEL_LIMIT,
          config.publishRate(),
          System.currentTimeMillis());
    }
  }
}
