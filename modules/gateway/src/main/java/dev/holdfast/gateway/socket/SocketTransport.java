package dev.holdfast.gateway.socket;

import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.admission.HelloGate;
import dev.holdfast.gateway.admission.Visit;
import dev.holdfast.gateway.connection.ClientSink;
import dev.holdfast.gateway.connection.Connection;
import dev.holdfast.gateway.connection.Hold;
import dev.holdfast.gateway.connection.Transport;
import dev.holdfast.protocol.CloseCode;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection by WebSocket. Confined to its event loop. */
final class SocketTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(SocketTransport.class);

  private final ServerWebSocket socket;
  private final Client client;
  private @Nullable String token;
  private final Set<Hold> holds = EnumSet.noneOf(Hold.class);
  private final SocketWriter out;

  /** Set by {@link #open}, before anything comes. */
  @SuppressWarnings("NullAway.Init")
  private Connection connection;

  /** Set by {@link #open}, before anything comes. */
  @SuppressWarnings("NullAway.Init")
  private HelloGate gate;

  /**
   * @param token that the upgrade carried; none if the hello brings it
   */
  SocketTransport(
      ServerWebSocket socket, Client client, @Nullable String token, WriteCoalescer coalescer) {
    this.socket = socket;
    this.client = client;
    this.token = token;
    this.out =
        new SocketWriter(
            context(),
            coalescer,
            () -> pause(Hold.BLOCKED),
            () -> connection.onContext(Connection::drained),
            failure -> connection.onContext(self -> self.close(CloseCode.PROTOCOL)),
            channel -> connection.gone(channel));
  }

  /**
   * Sets every handler. Must be called in the run of the event loop that accepted the client.
   *
   * @param admission bounds the bytes before the hello
   * @param writeBuffer bytes that may wait for the client
   */
  void open(Connection carried, Inbound inbound, Admission admission, int writeBuffer) {
    connection = carried;
    socket.frameHandler(inbound::frame);
    socket.closeHandler(gone -> carried.closed());
    socket.exceptionHandler(
        failure -> LOG.debug("connection {}: {}", carried.id(), failure.toString()));
    socket.setWriteQueueMaxSize(writeBuffer);
    out.open();
    gate = admission.gate(() -> carried.onContext(self -> self.close(CloseCode.UNAVAILABLE)));
    gate.standIn(context().pipeline());
  }

  private ChannelHandlerContext context() {
    return ((WebSocketInternal) socket).channelHandlerContext();
  }

  @Override
  public ClientSink sink() {
    return out;
  }

  @Override
  public @Nullable String token() {
    return token;
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

  /** Forgets the token, too: it was checked. */
  @Override
  public void known() {
    token = null;
    Visit.known(context().channel());
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
