package dev.holdfast.gateway.stream;

import dev.holdfast.core.ChannelName;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.admission.Visit;
import dev.holdfast.gateway.connection.ClientSink;
import dev.holdfast.gateway.connection.Connection;
import dev.holdfast.gateway.connection.Hold;
import dev.holdfast.gateway.connection.LiveSession;
import dev.holdfast.gateway.connection.Transport;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.ReadFrom;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection by server-sent events. The response never ends, and the client sends nothing but its
 * request. A failure before the first frame is a problem document. Confined to its event loop.
 */
final class StreamTransport implements Transport {
  private final RoutingContext routing;
  private final Set<ChannelName> wanted;
  private final Client client;
  private final @Nullable String token;
  private final StreamWriter out;

  /** Set by {@link #open}, before anything comes. */
  @SuppressWarnings("NullAway.Init")
  private Connection connection;

  /**
   * @param wanted channels to read besides those that the session reads anyway
   */
  StreamTransport(
      RoutingContext routing,
      Client client,
      @Nullable String token,
      StreamCursors cursors,
      Set<ChannelName> wanted) {
    this.routing = routing;
    this.client = client;
    this.token = token;
    this.wanted = wanted;
    this.out =
        new StreamWriter(
            routing.response(),
            cursors,
            () -> connection.onContext(Connection::drained),
            channel -> connection.gone(channel));
  }

  /**
   * Sets every handler. Must be called in the run of the event loop that accepted the client.
   *
   * @param writeBuffer bytes that may wait for the client
   */
  void open(Connection carried, int writeBuffer) {
    connection = carried;
    routing.addEndHandler(ended -> carried.onContext(Connection::closed));
    routing.response().setWriteQueueMaxSize(writeBuffer);
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
  public void pause(Hold why) {}

  /** Takes the channels of the request as frames. */
  @Override
  public void resume(Hold why) {
    if (why != Hold.GREETING) {
      return;
    }
    LiveSession session = Objects.requireNonNull(connection.session(), "attached");
    for (ChannelName name : wanted) {
      if (!session.reads(name)) {
        session.subscribe(new ClientFrame.Subscribe(name.toString(), name, ReadFrom.LATEST));
      }
    }
  }

  @Override
  public Client client() {
    return client;
  }

  @Override
  public void greeted() {}

  @Override
  public void known() {
    Visit.known(routing.request());
  }

  @Override
  public int asked() {
    return wanted.size();
  }

  /** Returns false: a client can't answer over a stream. */
  @Override
  public boolean answers() {
    return false;
  }

  /** Closes the stream. A browser stops its retries at any status but 200. */
  @Override
  public void close(CloseCode code, String reason) {
    boolean comesBack = code.reconnects() && wantsStream(routing);
    if (routing.response().headWritten() || comesBack) {
      out.end(code);
    } else {
      StreamProblems.of(code, reason).send(routing.response());
    }
  }

  static boolean wantsStream(RoutingContext routing) {
    String accept = routing.request().getHeader(HttpHeaders.ACCEPT);
    return accept != null && accept.contains("text/event-stream");
  }
}
