package dev.holdfast.cluster;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.bus.Seal;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a service join the bus by tokens of an issuer, without a secret of the cluster: a node gives
 * it credentials for as long as the token is valid. New ones are fetched when two thirds of that
 * time have passed, and put in use without a new connection; if that fails, again after some
 * seconds. After the end nodes refuse what the service sends, as UNAUTHORIZED, until a fetch
 * succeeds. Any thread.
 */
public final class ServiceLogin {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceLogin.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** For a token and the credentials, whatever it is that does not come. */
  private static final Duration WHOLE_PATIENCE = Duration.ofSeconds(30);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final long SHORTEST_MS = 1_000;
  private static final long AGAIN_MS = 5_000;

  /** Timers of Vert.x take no longer delays than an int; a day is as good. */
  private static final long LONGEST_MS = 24 * 3_600_000L;

  private final URI address;
  private final HttpClient http;
  private final Supplier<? extends CompletionStage<String>> tokens;
  private final Duration wholePatience;

  /** What a node answers: one or the other. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Answer(@Nullable String credentials, long until, @Nullable String detail) {}

  /** What a node gave: the line, and its end in ms since 1970. */
  private record Given(String line, long until) {}

  /**
   * @param node the address of a node's clients, or of what stands before nodes: {@code https://…}
   * @param tokens fetches a token that is valid for some time; asked before the one before ends. It
   *     has 30 s, together with the node
   */
  public ServiceLogin(URI node, Supplier<? extends CompletionStage<String>> tokens) {
    this(node, HttpClient.newBuilder().connectTimeout(PATIENCE).build(), tokens);
  }

  /**
   * @param http for nodes whose certificate needs an authority of its own, say
   */
  public ServiceLogin(
      URI node, HttpClient http, Supplier<? extends CompletionStage<String>> tokens) {
    this(node, http, tokens, WHOLE_PATIENCE);
  }

  /**
   * @param wholePatience for a token and the credentials
   */
  ServiceLogin(
      URI node,
      HttpClient http,
      Supplier<? extends CompletionStage<String>> tokens,
      Duration wholePatience) {
    this.address = node.resolve("/v1/credentials");
    this.http = http;
    this.tokens = tokens;
    this.wholePatience = wholePatience;
  }

  /**
   * Joins as {@link Cluster#join(ClusterConfig)}; a secret in the settings is not looked at. Fails
   * with {@link JoinException}, also if there is no token, or no node that takes it.
   */
  public Future<Vertx> join(ClusterConfig settings) {
    return join(settings, Cluster::join);
  }

  /** Joins as {@link Cluster#join(ClusterConfig, MeterRegistry)}, see {@link #join}. */
  public Future<Vertx> join(ClusterConfig settings, MeterRegistry registry) {
    return join(settings, config -> Cluster.join(config, registry));
  }

  private Future<Vertx> join(ClusterConfig settings, Function<ClusterConfig, Future<Vertx>> join) {
    return fetch()
        .compose(
            given ->
                join.apply(settings.withSecret(given.line()))
                    .onSuccess(vertx -> renewLater(vertx, delay(given.until()))));
  }

  private void renewLater(Vertx vertx, long delay) {
    vertx.setTimer(
        delay,
        timer ->
            fetch()
                .map(given -> use(vertx, given))
                .onSuccess(given -> renewLater(vertx, delay(given.until())))
                .onFailure(failure -> LOG.warn("credentials: {}", failure.getMessage()))
                .onFailure(failure -> renewLater(vertx, AGAIN_MS)));
  }

  private static Given use(Vertx vertx, Given given) {
    try {
      Seal.of(vertx).renew(ServiceCredentials.parse(given.line()).seal());
      return given;
    } catch (GeneralSecurityException e) {
      throw new JoinException("the node gave no credentials: " + e.getMessage(), e);
    }
  }

  private static long delay(long until) {
    long left = until - System.currentTimeMillis();
    return Math.max(SHORTEST_MS, Math.min(LONGEST_MS, left * 2 / 3));
  }

  private Future<Given> fetch() {
    try {
      CompletableFuture<Given> given = tokens.get().thenCompose(this::fetch).toCompletableFuture();
      // A request's own patience ends with the head of its answer.
      given.orTimeout(wholePatience.toMillis(), TimeUnit.MILLISECONDS);
      return Future.fromCompletionStage(given)
          .recover(failure -> Future.failedFuture(failed(failure)));
    } catch (RuntimeException e) {
      return Future.failedFuture(failed(e));
    }
  }

  private CompletionStage<Given> fetch(String token) {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.noBody())
            .build();
    CompletableFuture<HttpResponse<String>> asked =
        http.sendAsync(request, BodyHandlers.ofString());
    CompletableFuture<Given> given =
        asked
            .thenApply(ServiceLogin::given)
            .orTimeout(wholePatience.toMillis(), TimeUnit.MILLISECONDS);
    // Or an answer whose body never ends would keep its connection.
    given.whenComplete((credentials, failure) -> asked.cancel(true));
    return given;
  }

  /** What is said of a refusal is the node's text, which never has the token. */
  private static Given given(HttpResponse<String> answer) {
    try {
      var said = JSON.readValue(answer.body(), Answer.class);
      if (answer.statusCode() == OK && said.credentials() != null) {
        return new Given(said.credentials(), said.until());
      }
      throw new JoinException(
          "the node answered %d: %s".formatted(answer.statusCode(), said.detail()), null);
    } catch (JsonProcessingException e) {
      throw new JoinException("what answered %d is no node".formatted(answer.statusCode()), e);
    }
  }

  private static JoinException failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof JoinException named
        ? named
        : new JoinException("no credentials from a node: " + cause, cause);
  }
}
