package dev.holdfast.gateway;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.protocol.Welcome;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.SessionMessage;
import io.vertx.core.Future;

/**
 * From the hello to the welcome: the token is verified, the session attached, and what its older
 * generations published to fenced, in this order; then its channels are opened. A failure closes
 * the connection; one of the store closes it as retryable, and never gives a new session instead.
 */
final class Handshake {
  private final Connection connection;
  private final GatewayServices services;
  private final String token;
  private final ClientFrame.Hello hello;
  private final long started = System.nanoTime();

  /**
   * @param token or null where there is none
   */
  Handshake(Connection connection, String token, ClientFrame.Hello hello) {
    this.connection = connection;
    this.services = connection.loop.services;
    this.token = token;
    this.hello = hello;
  }

  void run() {
    if (!services.accepting().getAsBoolean()) {
      connection.known();
      connection.fail(new HoldfastException(ErrorCode.UNAVAILABLE, "the node accepts nobody now"));
      return;
    }
    if (hello.move() && services.directory().isCrowded()) {
      connection.known();
      connection.close(CloseCode.ELSEWHERE);
      return;
    }
    services
        .tokens()
        .verify(token)
        .compose(this::admit)
        .compose(this::attach)
        .compose(this::confirm)
        .compose(this::fence)
        .onSuccess(this::welcome)
        .onFailure(connection::fail);
  }

  /**
   * A connection more, where user and tenant may have it. Whoever comes back as a session has a
   * place there already, of the connection that it replaces; where it had none, it is asked for
   * after the attach.
   */
  private Future<Verified> admit(Verified verified) {
    connection.known();
    return connection
        .placeOf(verified.caller())
        .enter(hello.resume() != null)
        .map(admitted -> verified);
  }

  private Future<Attached> attach(Verified verified) {
    var info = new ConnectionInfo(connection.id, hello.client(), connection.client().address(), 0);
    var message =
        new SessionMessage.Attach(
            verified.caller(), hello.resume(), services.node(), info, hello.attempt());
    return services.sessions().attach(message).compose(attached -> attached(verified, attached));
  }

  private Future<Attached> attached(Verified verified, Attached attached) {
    LiveSession session = new LiveSession(connection, verified, attached.session());
    return connection.attach(session)
        ? Future.succeededFuture(attached)
        : Future.failedFuture(new HoldfastException(ErrorCode.UNAVAILABLE, "closed meanwhile"));
  }

  private Future<Attached> confirm(Attached attached) {
    return attached.resumed()
        ? Future.succeededFuture(attached)
        : connection.placeOf(connection.session().caller).confirm().map(done -> attached);
  }

  /** From here on nothing can be stored that an older connection of this session publishes. */
  private Future<Attached> fence(Attached attached) {
    return services
        .channels()
        .fence(attached.session(), attached.published())
        .map(fenced -> attached);
  }

  private void welcome(Attached attached) {
    if (connection.phase() == Connection.Phase.CLOSED) {
      return;
    }
    connection.loop.metrics.greeted(System.nanoTime() - started);
    connection.out.send(ServerFrames.welcome(frame(attached)));
    connection.session().published(attached.published());
    connection.session().subscriptions.open(attached, hello.channels());
    connection.welcomed();
  }

  private Welcome frame(Attached attached) {
    GatewayConfig config = connection.loop.config;
    return new Welcome(
        attached.session().session(),
        attached.session().generation(),
        connection.id,
        services.node().id(),
        attached.resumed(),
        attached.linger() / 1_000,
        Math.max(1, config.heartbeat().toSeconds()),
        config.frameLimit(),
        GatewayConfig.CHANNEL_LIMIT,
        config.publishRate(),
        System.currentTimeMillis());
  }
}
