package dev.holdfast.gateway.stream;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.core.Access;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.connection.Connection;
import dev.holdfast.gateway.connection.HelloCheck;
import dev.holdfast.gateway.connection.LoopConnections;
import dev.holdfast.gateway.http.BearerToken;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.protocol.ClientFrame;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns an HTTP request into a stream of events. Token, channels and last id are checked here, so
 * that a fault is answered by a problem document. Then the stream is a connection like any other.
 */
public final class EventStreams {
  /** Most channels that a request may name, so that an id stays short enough for a header. */
  static final int MOST_CHANNELS = 64;

  private static final String CLIENT = "events/1";
  private static final long FULL_MS = 5_000;

  private final LoopConnections connections;
  private final Admission admission;
  private final TokenVerifier tokens;
  private final int writeBuffer;

  /**
   * @param writeBuffer bytes that may wait for one client
   */
  public EventStreams(
      LoopConnections connections, Admission admission, TokenVerifier tokens, int writeBuffer) {
    this.connections = connections;
    this.admission = admission;
    this.tokens = tokens;
    this.writeBuffer = writeBuffer;
  }

  public void handle(RoutingContext routing) {
    String token = BearerToken.ofHeaderOrQuery(routing.request());
    tokens
        .verify(token, TokenVerifier.ANY_TENANT)
        .map(HelloCheck::ofUser)
        .onSuccess(verified -> begin(routing, verified, token))
        .onFailure(failure -> Problem.of(failure).send(routing.response()));
  }

  /** Opens a stream, unless its client has left while the keys of its issuer were fetched. */
  private void begin(RoutingContext routing, Verified verified, @Nullable String token) {
    if (routing.response().closed()) {
      return;
    }
    try {
      open(routing, verified, token);
    } catch (RuntimeException e) {
      Problem.of(e).send(routing.response());
    }
  }

  private void open(RoutingContext routing, Verified verified, @Nullable String token) {
    Set<ChannelName> wanted = wanted(verified.caller(), routing.queryParam("channels"));
    List<String> last = routing.request().headers().getAll("Last-Event-ID");
    boolean fresh = last.isEmpty() || last.get(0).isEmpty();
    StreamCursors cursors = fresh ? new StreamCursors() : StreamCursors.parse(last.get(0));
    var hello = new ClientFrame.Hello(token, cursors.session(), cursors.positions(), CLIENT);
    Client client = admission.clientOf(routing.request());
    if (!admission.opens(client)) {
      throw Problem.later(FULL_MS, "Your address has as many connections as it may have.");
    }
    var transport = new StreamTransport(routing, client, token, cursors, wanted);
    Connection connection =
        connections.open(transport, carried -> transport.open(carried, writeBuffer));
    if (connections.stopping()) {
      connection.shutdown();
    } else {
      connection.greet(hello);
    }
  }

  private static Set<ChannelName> wanted(Caller.User user, List<String> lists) {
    Set<ChannelName> wanted = new LinkedHashSet<>();
    for (String list : lists) {
      for (String name : list.split(",", -1)) {
        wanted.add(ChannelName.parse(name.strip()));
      }
    }
    for (ChannelName name : wanted) {
      // Who may read a run is found out when the session subscribes.
      if (name.kind() != Kind.RUN
          && !Access.mayRead(user, null, new Channel(user.tenant(), name))) {
        throw Access.refusal(user, "subscribe", name);
      }
    }
    if (wanted.size() > MOST_CHANNELS) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "channels: at most " + MOST_CHANNELS);
    }
    return wanted;
  }
}
