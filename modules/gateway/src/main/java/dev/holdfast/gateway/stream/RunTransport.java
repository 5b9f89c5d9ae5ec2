package dev.holdfast.gateway.stream;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.admission.Visit;
import dev.holdfast.gateway.connection.ClientSink;
import dev.holdfast.gateway.connection.Connection;
import dev.holdfast.gateway.connection.Connection.Phase;
import dev.holdfast.gateway.connection.Hold;
import dev.holdfast.gateway.connection.LiveSession;
import dev.holdfast.gateway.connection.Transport;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.ReadFrom;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose session reads one run, and ends with the response. The response ends behind
 * the run's end only: in any other case it is reset, or, if it has not begun, a problem document,
 * so that no reader takes what it has for all there is. Confined to its event loop.
 */
final class RunTransport implements Transport, RunReader {
  private static final long KEEP_MS = 15_000;
  private static final int RETRY_MS = 1_000;

  private final RoutingContext routing;
  private final Client client;
  private final @Nullable String token;
  private final ChannelName channel;
  private final ReadFrom from;
  private final RunSink out;
  private final long keeping;
  private @Nullable HoldfastException failure;
  private boolean left;

  /** Set by {@link #open}, before anything comes. */
  @SuppressWarnings("NullAway.Init")
  private Connection connection;

  RunTransport(
      RoutingContext routing, Client client, @Nullable String token, RunStreams.Wanted wanted) {
    this.routing = routing;
    this.client = client;
    this.token = token;
    this.channel = wanted.channel();
    this.from = wanted.from();
    this.out = new RunSink(routing.response(), channel, wanted.format(), wanted.ended(), this);
    this.keeping = routing.vertx().setPeriodic(KEEP_MS, timer -> out.keep());
  }

  /**
   * Sets every handler.
   *
   * @param writeBuffer bytes that may wait for the client
   */
  void open(Connection carried, int writeBuffer) {
    connection = carried;
    routing.addEndHandler(ended -> carried.onContext(on -> ended()));
    routing.response().setWriteQueueMaxSize(writeBuffer);
  }

  /** Nobody comes back for the session, so that it ends, too. */
  private void ended() {
    LiveSession held = connection.session();
    if (held == null) {
      left();
    } else if (connection.phase() == Phase.CLOSED) {
      held.end();
      left();
    } else {
      out.close();
      held.close(new ClientFrame.Close());
    }
  }

  @Override
  public void left() {
    if (!left) {
      left = true;
      routing.vertx().cancelTimer(keeping);
      connection.closed();
    }
  }

  @Override
  public void drained() {
    connection.onContext(Connection::drained);
  }

  @Override
  public void anew() {
    connection.onContext(
        on -> {
          LiveSession session = on.session();
          if (session != null && on.phase() == Phase.ATTACHED) {
            session.unsubscribe(new ClientFrame.Unsubscribe(RunSink.ID, channel));
            session.subscribe(new ClientFrame.Subscribe(RunSink.ID, channel, ReadFrom.SNAPSHOT));
          }
        });
  }

  @Override
  public void failed(HoldfastException why) {
    failure = why;
    connection.onContext(on -> on.close(CloseCode.UNAVAILABLE));
  }

  @Override
  public void gone(ChannelName name) {
    connection.gone(name);
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

  @Override
  public void resume(Hold why) {
    if (why == Hold.GREETING) {
      LiveSession session = Objects.requireNonNull(connection.session(), "attached");
      session.subscribe(new ClientFrame.Subscribe(RunSink.ID, channel, from));
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
    return 1;
  }

  /** Returns false: a client can't answer over a stream. */
  @Override
  public boolean answers() {
    return false;
  }

  @Override
  public void close(CloseCode code, String reason) {
    var response = routing.response();
    if (response.ended() || response.closed()) {
      left();
    } else if (response.headWritten()) {
      response.reset();
    } else if (StreamTransport.wantsStream(routing) && code.reconnects() && isBrowsers()) {
      response.putHeader("content-type", "text/event-stream").end("retry: " + RETRY_MS + "\n\n");
    } else {
      Problem problem = failure == null ? StreamProblems.of(code, reason) : Problem.of(failure);
      problem.send(response);
    }
  }

  /** A browser's own reader stops its retries at any status but 200. */
  private boolean isBrowsers() {
    boolean isLasting = failure != null && !failure.code().retryable;
    return routing.request().method() == HttpMethod.GET && !isLasting;
  }
}
