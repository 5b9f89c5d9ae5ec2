package dev.holdfast.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.BusMessage;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Grant;
import dev.holdfast.core.bus.Seal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A service that joins by tokens, whose credentials end, are renewed, and are revoked. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceLoginTest {
  private static final String SECRET = "a secret for tests alone, of more than 32 characters";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<Vertx> services = new ArrayList<>();
  private final String name = "n" + UUID.randomUUID();
  private final int port = FreePort.take();
  private final AtomicInteger given = new AtomicInteger();
  private volatile long lifeMs = 600_000;
  private volatile String refusal = "";
  private volatile String revoked = "";
  private volatile boolean stuck;
  private Bus node;
  private HttpServer http;

  private record Work(Caller caller) implements BusMessage<Done> {}

  private record Done() implements BusValue {}

  @BeforeAll
  void start() {
    Vertx vertx = get(Cluster.join(config(port, SECRET)));
    node = new Bus(vertx);
    get(node.<Work>serve("work", work -> Future.succeededFuture(new Done())).completion());
    http = get(vertx.createHttpServer().requestHandler(this::give).listen(0, "127.0.0.1"));
  }

  @BeforeEach
  void begin() {
    given.set(0);
    lifeMs = 600_000;
    refusal = "";
    revoked = "";
    stuck = false;
    Seal.of(node.vertx())
        .refusing((granted, tenant) -> (granted.account().id() + tenant).equals(revoked));
  }

  /** They would go on renewing. */
  @AfterEach
  void end() {
    services.forEach(service -> get(service.close()));
    services.clear();
  }

  @AfterAll
  void leave() {
    get(node.vertx().close());
  }

  private void give(HttpServerRequest request) {
    if (stuck) {
      request.response().setChunked(true).write("{");
      return;
    }
    if (!refusal.isEmpty()) {
      request.response().setStatusCode(403).end("{\"detail\":\"" + refusal + "\"}");
      return;
    }
    String token = request.getHeader("authorization").substring("Bearer ".length());
    long until = System.currentTimeMillis() + lifeMs;
    var account = new Grant.Account("https://id.example", 0, "u", until, 1, token, "d", "c");
    var grant = new Grant("billing", Set.of("acme", "globex"), account);
    given.incrementAndGet();
    var answer = new JsonObject().put("until", until);
    request
        .response()
        .end(answer.put("credentials", ServiceCredentials.make(SECRET, grant)).encode());
  }

  @Test
  void aServiceActsForTheTenantsOfItsTokenAlone() {
    Bus billing = login("t");

    assertNull(refusal(billing, "acme"));
    assertNull(refusal(billing, "acme", "globex"));
    assertEquals(ErrorCode.FORBIDDEN, refusal(billing, "other"));
    assertEquals(ErrorCode.FORBIDDEN, refusal(billing, "*"));
    assertEquals(1, given.get());
  }

  @Test
  void credentialsThatEndAreRenewedBeforeAndWhatIsSentGoesOn() {
    lifeMs = 3_000;
    Bus billing = login("t");

    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              assertNull(refusal(billing, "acme"));
              return given.get() > 2;
            });
  }

  @Test
  void afterTheirEndTheyAreRefusedUntilANodeGivesNewOnes() {
    lifeMs = 1_500;
    Bus billing = login("t");
    refusal = "not now";
    await().atMost(PATIENCE).until(() -> refusal(billing, "acme") == ErrorCode.UNAUTHORIZED);

    lifeMs = 600_000;
    refusal = "";

    await().atMost(PATIENCE).until(() -> refusal(billing, "acme") == null);
  }

  @Test
  void aRevokedTokenIsRefusedForTheTenantThatRevokedIt() {
    Bus billing = login("t");
    assertNull(refusal(billing, "acme"));

    revoked = "tacme";

    assertEquals(ErrorCode.REVOKED, refusal(billing, "acme"));
    assertEquals(ErrorCode.REVOKED, refusal(billing, "acme", "globex"));
    assertNull(refusal(billing, "globex"));
  }

  /** The text is signed: a later end, or another tenant, is another grant. */
  @Test
  void nobodyGivesItselfALaterEndOrAnotherTenant() {
    var account = new Grant.Account("https://id.example", 0, "u", 5, 1, "t", "d", "c");
    Grant short1 = new Grant("billing", Set.of("acme"), account);
    assertEquals(short1, Grant.parse(short1.text()));
    assertThrows(HoldfastException.class, () -> short1.check(new Work(service("acme"))));
    assertThrows(HoldfastException.class, () -> new Grant("billing", Set.of("*"), account));
    // A node of before takes the line of the account for a tenant, and refuses it.
    assertThrows(
        HoldfastException.class,
        () -> new Grant("billing", Set.of("acme", short1.text().split("\n")[2])));
  }

  @Test
  void whyThereAreNoCredentialsIsSaid() {
    refusal = "token: expired since yesterday";
    var login = new ServiceLogin(uri(), () -> CompletableFuture.completedFuture("t"));

    var failure = assertThrows(CompletionException.class, () -> get(login.join(config(0, null))));
    String said = failure.getCause().getMessage();
    assertEquals("the node answered 403: token: expired since yesterday", said);
    var none = new ServiceLogin(uri(), () -> CompletableFuture.failedFuture(new Exception("gone")));
    failure = assertThrows(CompletionException.class, () -> get(none.join(config(0, null))));
    assertTrue(failure.getCause().getMessage().contains("gone"), failure.toString());
  }

  /** Once a token did not come, or the rest of an answer, nothing was renewed ever again. */
  @Test
  void whatNeverComesIsGivenUp() {
    var http = HttpClient.newHttpClient();
    var patience = Duration.ofMillis(300);
    var never = new ServiceLogin(uri(), http, () -> new CompletableFuture<String>(), patience);
    Supplier<CompletableFuture<String>> token = () -> CompletableFuture.completedFuture("t");
    var half = new ServiceLogin(uri(), http, token, patience);
    stuck = true;

    for (ServiceLogin login : List.of(never, half)) {
      var failure = assertThrows(CompletionException.class, () -> get(login.join(config(0, null))));
      assertTrue(failure.getCause().getMessage().contains("TimeoutException"), failure.toString());
    }
  }

  private Bus login(String token) {
    var login = new ServiceLogin(uri(), () -> CompletableFuture.completedFuture(token));
    Vertx vertx = get(login.join(config(0, null)));
    services.add(vertx);
    return new Bus(vertx);
  }

  private URI uri() {
    return URI.create("http://127.0.0.1:" + http.actualPort());
  }

  private static ErrorCode refusal(Bus billing, String... tenants) {
    Future<Done> asked = billing.ask("work", new Work(service(tenants)), PATIENCE);
    Throwable failure = get(asked.<Throwable>map(done -> null).otherwise(refused -> refused));
    return failure == null ? null : ((HoldfastException) failure).code();
  }

  private static Caller.Service service(String... tenants) {
    return new Caller.Service("billing", "1", Set.of(tenants), Set.of());
  }

  private ClusterConfig config(int own, String secret) {
    var there = own == 0 ? List.of(new HostPort("127.0.0.1", port)) : List.<HostPort>of();
    return new ClusterConfig(
        name, "127.0.0.1", own, 0, null, there, Duration.ofSeconds(12), null, secret, false);
  }

  private static <T> T get(Future<T> future) {
    CompletableFuture<T> done = future.toCompletionStage().toCompletableFuture();
    return done.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
