package dev.holdfast.gateway;

import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.admission.HelloGate;
import dev.holdfast.gateway.admission.Visit;
import dev.holdfast.protocol.CloseCode;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection by WebSocket. Confined to its event loop. */
final class SocketTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(SocketTransport.class);

  private final ServerWebSocket socket;
  private final Client client;
  private final Set<Hold> holds = EnumSet.noneOf(Hold.class);
  private SocketOutbound out;
  private HelloGate gate;

  SocketTransport(ServerWebSocket socket, Client client) {
    this.socket = socket;
    this.client = client;
  }

  @Override
  public Outbound outbound(Connection connection) {
    out =
        new SocketOutbound(
            ((WebSocketInternal) socket).channelHandlerContext(),
            connection.loop.flusher,
            () -> pause(Hold.BLOCKED),
            () -> connection.onContext(Connection::drained),
            failure -> connection.onContext(self -> self.close(CloseCode.PROTOCOL)),
            connection::gone);
    return out;
  }

  @Override
  public void open(Connection connection) {
    Inbound inbound = new Inbound(connection);
    socket.frameHandler(inbound::frame);
    socket.closeHandler(gone -> connection.closed());
    socket.exceptionHandler(
        failure -> LOG.debug("connection {}: {}", connection.id, failure.toString()));
    socket.setWriteQueueMaxSize(connection.loop.config.writeBuffer());
    out.open();
    gate =
        connection
            .loop
            .services
            .admission()
            .gate(() -> connection.onContext(self -> self.close(CloseCode.UNAVAILABLE)));
    gate.standIn(((WebSocketInternal) socket).channelHandlerContext().pipeline());
  }

  @Override
  public void pause(Hold why) {
    if (holds.add(why)) {
      socket.pause();
    }
  }

  @Override
  public void resume(Hold why) {
    if (holds.remove(why) && holds.isEmpty()) {
      socket.resume();
    }
  }

  @Override
  public Client client() {
    return client;
  }

  @Override
  public void greeted() {
    gate.open();
  }

  @Override
  public void known() {
    Visit.known(((WebSocketInternal) socket).channelHandlerContext().channel());
  }

  @Override
  public int asked() {
    return 0;
  }

  @Override
  public boolean answers() {
    return true;
  }

  @Override
  public void close(CloseCode code, String reason) {
    if (out.blockedSince() != 0) {
      out.say(code); // and cut by liveness, if that is not answered
      return;
    }
    socket.resume(); // for the answer to the close
    socket
        .close(code.number, reason)
        .onFailure(failure -> LOG.debug("close: {}", failure.toString()));
  }
}
