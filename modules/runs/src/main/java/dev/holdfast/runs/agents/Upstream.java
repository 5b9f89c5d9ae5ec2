package dev.holdfast.runs.agents;

import dev.holdfast.runs.config.UpstreamPrefix;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;

/**
 * Connects to agents. The address that a name is resolved to is checked, and no other is connected
 * to. No redirect is followed, no proxy is used, nothing is unpacked. Used on one context.
 */
final class Upstream {
  private static final int CONNECT_MS = 10_000;

  /** A connection that an agent has closed in the meantime fails the next request. */
  private static final int KEEP_ALIVE_S = 5;

  /** More than there are runs at a node: what bounds them is how many it claims. */
  private static final int MOST_CONNECTIONS = 100_000;

  private final VertxInternal vertx;
  private final AddressRule rule;
  private final MeterRegistry registry;
  private final HttpClient http;

  Upstream(Vertx vertx, List<UpstreamPrefix> prefixes, MeterRegistry registry) {
    this.vertx = (VertxInternal) vertx;
    this.rule = new AddressRule(prefixes);
    this.registry = registry;
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(CONNECT_MS)
                .setKeepAliveTimeout(KEEP_ALIVE_S)
                .setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS));
  }

  Vertx vertx() {
    return vertx;
  }

  /** Opens a request. Fails with an {@link AgentException}, and nothing was sent then. */
  Future<HttpClientRequest> open(Endpoint endpoint) {
    URI address = endpoint.address();
    return vertx
        .nameResolver()
        .resolve(UpstreamPrefix.host(address))
        .recover(failure -> unreachable())
        .compose(
            ip ->
                rule.permits(ip, address)
                    ? http.request(options(address, ip)).recover(failure -> unreachable())
                    : forbidden());
  }

  private static RequestOptions options(URI address, InetAddress ip) {
    int port = UpstreamPrefix.port(address);
    String path = address.getRawPath();
    return new RequestOptions()
        .setMethod(HttpMethod.POST)
        .setServer(SocketAddress.inetSocketAddress(port, ip.getHostAddress()))
        .setHost(UpstreamPrefix.host(address))
        .setPort(port)
        .setSsl(address.getScheme().equals("https"))
        .setURI(path.isEmpty() ? "/" : path)
        .setFollowRedirects(false);
  }

  private static <T> Future<T> unreachable() {
    return Future.failedFuture(
        new AgentException(AgentException.UNREACHABLE, "The agent can't be reached."));
  }

  private static <T> Future<T> forbidden() {
    return Future.failedFuture(
        new AgentException(
            AgentException.FORBIDDEN, "The agent's address is one that nodes do not connect to."));
  }

  /** Counts a try, by how it was answered. */
  void count(Endpoint endpoint, String answer) {
    registry
        .counter("holdfast.agents.requests", "agent", endpoint.agent(), "answer", answer)
        .increment();
  }
}
