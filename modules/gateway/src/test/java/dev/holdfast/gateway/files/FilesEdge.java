package dev.holdfast.gateway.files;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.auth.revocation.RevocationsVerticle;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.AuditReport;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.files.config.TenantFiles;
import dev.holdfast.files.service.FileEvent;
import dev.holdfast.files.service.FilesVerticle;
import dev.holdfast.files.storage.FolderStorage;
import dev.holdfast.files.transfer.Transfers;
import dev.holdfast.gateway.http.Contract;
import dev.holdfast.limits.Limiter;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.limits.LimitsVerticle;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.sessions.service.SessionsVerticle;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.tokens.RevocationMessage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The operations on files over HTTP, with their real service, a real Redis, and nothing else. */
final class FilesEdge implements AutoCloseable {
  private static final String SECRET = "files-test-secret-of-enough-bytes";
  private static final AuthConfig AUTH =
      AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(SECRET));
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Caller.Service OPERATOR =
      new Caller.Service("operator", "one", Set.of("*"), Set.of("erase:files"));

  final String tenant = "t" + Ids.fresh();
  final Vertx vertx = Vertx.vertx();
  private final LimitsVerticle limits;
  private final RevocationsVerticle revocations;
  private final ServiceClient files;
  private final HttpServer server;
  private final RedisLink raw;

  FilesEdge(String redisUri, Path folder) throws IOException {
    this(redisUri, folder, null);
  }

  /**
   * @param limited null: there are no limits
   */
  FilesEdge(String redisUri, Path folder, LimitsConfig limited) throws IOException {
    this(redisUri, folder, limited, event -> Future.succeededFuture());
  }

  /**
   * @param events sends word to a file's owner
   */
  FilesEdge(
      String redisUri, Path folder, LimitsConfig limited, Function<FileEvent, Future<Void>> events)
      throws IOException {
    Bus bus = new Bus(vertx);
    var meters = new SimpleMeterRegistry();
    // A first connection of a JVM on a busy machine.
    RedisConfig redis = RedisConfig.of(redisUri).withConnectTimeout(Duration.ofSeconds(10));
    FilesConfig config = config(folder);
    var storage = FolderStorage.open(folder);
    raw = get(RedisLink.open(vertx, redis, "test", meters));
    get(raw.send("FLUSHALL"));
    get(
        vertx.deployVerticle(
            new SessionsVerticle(
                bus, redis, SessionsConfig.defaults(), e -> Future.succeededFuture(), meters)));
    get(vertx.deployVerticle(new FilesVerticle(bus, redis, config, storage, events, meters)));
    revocations = new RevocationsVerticle(bus, redis, AUTH, meters);
    get(vertx.deployVerticle(revocations));
    limits = limited == null ? null : limits(redis, limited, meters);
    files = ServiceClient.local(bus, Duration.ofSeconds(10));
    var transfers = new Transfers(vertx, files, storage, config);
    server = get(vertx.createHttpServer().requestHandler(router(transfers)).listen(0));
  }

  private LimitsVerticle limits(RedisConfig redis, LimitsConfig config, MeterRegistry meters) {
    NodeId node = new NodeId("n" + Ids.fresh(), 1);
    var verticle = new LimitsVerticle(redis, config, () -> node, () -> Set.of(node), meters);
    get(vertx.deployVerticle(verticle));
    return verticle;
  }

  /** As an operator does. */
  void limit(String name, Long amount) {
    Map<String, Long> change = new HashMap<>();
    change.put(name, amount);
    get(limits.limiter().settings().change(tenant, change));
  }

  private Limiter limiter() {
    return limits == null ? Limiter.UNLIMITED : limits.limiter();
  }

  private static FilesConfig config(Path folder) {
    return new FilesConfig(
        folder,
        new TenantFiles(100_000_000, 1_000, 50_000_000, List.of(), 100),
        Map.of(),
        Duration.ofHours(1),
        Duration.ofMillis(300),
        Duration.ofHours(1),
        Duration.ofDays(1),
        Duration.ofDays(1),
        Duration.ofMinutes(1));
  }

  /** As the node makes its routes: of the document. */
  private Router router(Transfers transfers) {
    Router router = Router.router(vertx);
    TokenVerifier tokens = TokenVerifier.of(AUTH).refusing(token -> revocations.has(token));
    var handlers = new FileOperations(tokens, limiter(), transfers).handlers();
    for (Contract.Operation operation : operations()) {
      String path = operation.path().replaceAll("\\{(\\w+)}", ":$1");
      router.route(operation.method(), path).handler(handlers.get(operation.id()));
    }
    return router;
  }

  static List<Contract.Operation> operations() {
    return Contract.load().operations().stream()
        .filter(operation -> operation.path().matches("/v1/(files|tickets).*"))
        .toList();
  }

  int port() {
    return server.actualPort();
  }

  String token(String ofTenant, String user) {
    var caller = new Caller.User(ofTenant, user, Set.of(), Set.of("create:file"));
    return new TokenSigner(SECRET, AUTH).sign(caller, Duration.ofMinutes(10));
  }

  /** A token of a service of the tenant, with these rights. */
  Call service(String... rights) {
    Set<String> permissions = new HashSet<>(Set.of(rights));
    permissions.add("service:agents");
    var caller = new Caller.User(tenant, "agents", Set.of(), permissions);
    return new Call(
        this, new TokenSigner(SECRET, AUTH).sign(caller, Duration.ofMinutes(10)), Map.of());
  }

  Call as(String user) {
    return new Call(this, token(tenant, user), Map.of());
  }

  /** By another token of the user. */
  Call as(String user, String permission) {
    var caller = new Caller.User(tenant, user, Set.of(), Set.of("create:file", permission));
    String token = new TokenSigner(SECRET, AUTH).sign(caller, Duration.ofMinutes(10));
    return new Call(this, token, Map.of());
  }

  static String digest(String token) {
    return get(TokenVerifier.of(AUTH).verify(token)).digest();
  }

  AuditReport audit() {
    return get(files.ask(new TransferMessage.Audit(OPERATOR)));
  }

  void revoke(String user, String token) {
    long now = System.currentTimeMillis() / 1_000;
    get(files.ask(new RevocationMessage.Revoke(OPERATOR, tenant, user, token, now, 0)));
  }

  /** As a node of an older build leaves it. */
  void forgetTokensOfTickets() {
    String each = "for _, key in ipairs(redis.call('KEYS', KEYS[1])) do redis.call('DEL', key) end";
    get(raw.send("EVAL", each, 1, FileKeys.fileTicketToken("*")));
  }

  /** The lines of what a ticket's token is stored as; one ticket is there. */
  List<String> tokenOfTicket() {
    String first = "return redis.call('GET', redis.call('KEYS', KEYS[1])[1])";
    String text = get(raw.send("EVAL", first, 1, FileKeys.fileTicketToken("*"))).asText();
    return List.of(text.split("\n", -1));
  }

  /** Bytes and files that the tenant's quota counts. */
  List<Long> quota() {
    Reply reply = get(raw.send("HMGET", FileKeys.fileQuota(tenant), "#bytes", "#count"));
    return List.of(reply.at(0).longOr(0), reply.at(1).longOr(0));
  }

  /** A request in the making. */
  record Call(FilesEdge edge, String token, Map<String, String> headers) {
    Call with(String name, String value) {
      var more = new java.util.TreeMap<>(headers);
      more.put(name, value);
      return new Call(edge, token, more);
    }

    Call tus() {
      return with("Tus-Resumable", "1.0.0");
    }

    HttpResponse<byte[]> send(String method, String path, byte[] body) {
      return send(method, path, HttpRequest.BodyPublishers.ofByteArray(body));
    }

    HttpResponse<byte[]> send(String method, String path) {
      return send(method, path, HttpRequest.BodyPublishers.noBody());
    }

    private HttpResponse<byte[]> send(String method, String path, HttpRequest.BodyPublisher body) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path))
              .timeout(Duration.ofSeconds(20))
              .method(method, body);
      headers.forEach(request::setHeader);
      if (token != null) {
        request.setHeader("authorization", "Bearer " + token);
      }
      try {
        HttpResponse<byte[]> answer =
            CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        DocumentedAnswers.check(method, path, answer);
        return answer;
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(method + " " + path, e);
      }
    }
  }

  private static <A> A get(Future<A> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    get(vertx.close());
  }
}
