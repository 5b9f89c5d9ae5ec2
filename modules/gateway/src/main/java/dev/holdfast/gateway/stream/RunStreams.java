package dev.holdfast.gateway.stream;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.admission.Visit;
import dev.holdfast.gateway.connection.Connection;
import dev.holdfast.gateway.connection.LoopConnections;
import dev.holdfast.gateway.http.BearerToken;
import dev.holdfast.gateway.http.Callers;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.http.Rates;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ReadFrom;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunSnapshot;
import dev.holdfast.runs.RunView;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Streams of one run each, for readers by HTTP. Each is a connection like any other, so that it
 * counts where those count; its session lives no longer than the response. Confined to its loop.
 */
public final class RunStreams {
  private static final String CLIENT = "run/1";
  private static final long FULL_MS = 5_000;

  private final LoopConnections connections;
  private final Admission admission;
  private final TokenVerifier tokens;
  private final Rates rates;
  private final ServiceClient services;
  private final int writeBuffer;

  /**
   * What a reader wants.
   *
   * @param ended whether the run is over: then the stream ends where its log does
   */
  public record Wanted(ChannelName channel, ReadFrom from, RunFormat format, boolean ended) {}

  /**
   * @param services asks the services of this process
   * @param writeBuffer bytes that may wait for one client
   */
  public RunStreams(
      LoopConnections connections,
      Admission admission,
      TokenVerifier tokens,
      Rates rates,
      ServiceClient services,
      int writeBuffer) {
    this.connections = connections;
    this.admission = admission;
    this.tokens = tokens;
    this.rates = rates;
    this.services = services;
    this.writeBuffer = writeBuffer;
  }

  /** Answers a request for a run's events as they are. */
  public void handle(RoutingContext routing) {
    String token = BearerToken.ofHeaderOrQuery(routing.request());
    Promise<@Nullable Wanted> here =
        ((VertxInternal) routing.vertx()).getOrCreateContext().promise();
    tokens
        .verify(token, TokenVerifier.ANY_TENANT)
        .compose(
            verified -> {
              Visit.known(routing.request());
              return rates
                  .request(routing.vertx(), Callers.of(verified), 0)
                  .compose(within -> wanted(routing, within));
            })
        .onComplete(here);
    here.future()
        .onSuccess(wanted -> answer(routing, token, wanted))
        .onFailure(failure -> Problem.of(failure).send(routing.response()));
  }

  private void answer(RoutingContext routing, @Nullable String token, @Nullable Wanted wanted) {
    if (wanted != null) {
      open(routing, token, wanted);
    } else if (!routing.response().closed()) {
      routing.response().setStatusCode(204).end();
    }
  }

  /** Finds what is wanted; none: the reader has all of a run that is over. */
  private Future<@Nullable Wanted> wanted(RoutingContext routing, Caller caller) {
    if (!(caller instanceof Caller.User user)) {
      throw users();
    }
    String run = Names.id(routing.pathParam("run"), "run");
    ChannelName channel = new ChannelName(ChannelName.Kind.RUN, run);
    Position last = last(routing.request().headers().getAll("Last-Event-ID"));
    ReadFrom from = last == null ? from(routing.queryParam("from")) : ReadFrom.after(last);
    var format = new FrameFormat();
    if (last == null) {
      return Future.succeededFuture(new Wanted(channel, from, format, false));
    }
    return services
        .ask(new RunMessage.Snapshot(user, user.tenant(), run))
        .map(
            known ->
                hasAll(known, last)
                    ? null
                    : new Wanted(channel, from, format, isOver(known.run())));
  }

  /** Returns what a reader wants who wants all events of a run. */
  public static Wanted all(RunView run) {
    return new Wanted(run.channel(), ReadFrom.EARLIEST, new FrameFormat(), isOver(run));
  }

  /** Returns whether a run is over, and so its log complete. */
  public static boolean isOver(RunView run) {
    return run.state().equals("ended");
  }

  private static boolean hasAll(RunSnapshot known, Position last) {
    Position at = known.at();
    return known.document() != null
        && at != null
        && at.epoch().equals(last.epoch())
        && at.seq() <= last.seq()
        && RunFrame.hasEnd(known.document().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads the header of a reader that comes back.
   *
   * @return none: it is absent or empty
   * @throws Problem BAD_REQUEST if it is not a position
   */
  public static @Nullable Position last(List<String> headers) {
    if (headers.isEmpty() || headers.get(0).isEmpty()) {
      return null;
    }
    try {
      return Position.parse(headers.get(0));
    } catch (HoldfastException e) {
      throw Problem.badRequest("Last-Event-ID: not one of this server");
    }
  }

  private static ReadFrom from(List<String> names) {
    String name = names.isEmpty() ? "earliest" : names.get(0);
    ReadFrom from = Map.of("snapshot", ReadFrom.SNAPSHOT, "earliest", ReadFrom.EARLIEST).get(name);
    if (from == null || names.size() > 1) {
      throw Problem.badRequest("from: snapshot or earliest");
    }
    return from;
  }

  /** The refusal of callers that are no users. */
  public static HoldfastException users() {
    return HoldfastException.withPublicMessage(
        ErrorCode.FORBIDDEN, "a stream takes a user's token");
  }

  /**
   * Answers a request by a stream, unless its client has gone. Must be called on the event loop of
   * the request.
   */
  public void open(RoutingContext routing, @Nullable String token, Wanted wanted) {
    if (routing.response().closed()) {
      return;
    }
    Client client = admission.clientOf(routing.request());
    if (!admission.opens(client)) {
      Problem.later(FULL_MS, "Your address has as many connections as it may have.")
          .send(routing.response());
      return;
    }
    var transport = new RunTransport(routing, client, token, wanted);
    Connection connection =
        connections.open(transport, carried -> transport.open(carried, writeBuffer));
    if (connections.stopping()) {
      connection.shutdown();
    } else {
      connection.greet(new ClientFrame.Hello(token, null, Map.of(), CLIENT));
    }
  }
}
