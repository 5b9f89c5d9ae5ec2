package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cluster.identity.ServiceCredentials;
import dev.holdfast.core.BusMessage;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Grant;
import dev.holdfast.core.bus.ServiceHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A service named the tenants that it acted for itself, and all of them was a good answer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceCredentialsTest {
  private static final String SECRET = "a secret for tests alone, of more than 32 characters";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<Vertx> members = new ArrayList<>();
  private final AtomicInteger handled = new AtomicInteger();
  private final String name = "n" + UUID.randomUUID();
  private final int port = FreePort.take();
  private Bus node;

  /** As what services ask of nodes: it says for whom. */
  private record Work(Caller caller) implements BusMessage<Done> {}

  /** As what nodes say among themselves. */
  private record Internal(String text) implements BusMessage<Done> {}

  private record Done() implements BusValue {}

  @BeforeAll
  void start() {
    node = join(port, SECRET);
    await(node.<Work>serve("work", work -> handle()).completion());
    await(node.<Internal>serve("internal", message -> handle()).completion());
  }

  @BeforeEach
  void forget() {
    handled.set(0);
  }

  @AfterAll
  void leave() {
    members.forEach(member -> await(member.close()));
  }

  @Test
  void aServiceActsForTheTenantsThatItsCredentialsName() {
    Bus billing = join(0, credentials("billing", "acme", "globex"));

    await(billing.ask("work", new Work(service("billing", "acme")), PATIENCE));
    await(billing.ask("work", new Work(service("billing", "acme", "globex")), PATIENCE));

    assertEquals(2, handled.get());
  }

  @Test
  void itClaimsNoOthersNoOtherNameAndNoUser() {
    Bus billing = join(0, credentials("billing", "acme"));
    var user = new Caller.User("acme", "ann", Set.of(), Set.of("*"));

    for (Caller claimed :
        List.of(
            service("billing", "*"),
            service("billing", "globex"),
            service("billing", "acme", "globex"),
            service("sessions", "acme"),
            user)) {
      assertForbidden(billing.ask("work", new Work(claimed), PATIENCE));
    }
    assertForbidden(billing.ask("internal", new Internal("let me"), PATIENCE));
    assertEquals(0, handled.get());
  }

  @Test
  void credentialsThatNameAllTenantsAreGoodForAll() {
    Bus audit = join(0, credentials("audit", "*"));

    await(audit.ask("work", new Work(service("audit", "*")), PATIENCE));
    await(audit.ask("work", new Work(service("audit", "globex")), PATIENCE));
    assertForbidden(audit.ask("internal", new Internal("let me"), PATIENCE));
  }

  @Test
  void aServiceAnswersWhatItIsAsked() {
    Bus billing = join(0, credentials("billing", "acme"));
    await(
        new ServiceHost(billing, "billing")
            .method("quote", (caller, data) -> Future.succeededFuture("60"))
            .start());
    var user = new Caller.User("acme", "ann", Set.of(), Set.of());

    ServiceReply reply =
        await(node.askService("billing", new ServiceRequest(user, "s", "quote", "3"), PATIENCE));

    assertEquals("60", reply.data());
  }

  /** The first part is what is granted, for all to read. */
  @Test
  void whoWritesMoreTenantsIntoHisCredentialsIsFoundOut() {
    String[] parts = credentials("billing", "acme").split("\\.");
    parts[1] =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("billing\n*".getBytes(StandardCharsets.UTF_8));
    Bus billing = join(0, String.join(".", parts));

    assertForbidden(billing.ask("work", new Work(service("billing", "*")), PATIENCE));
    assertForbidden(billing.ask("work", new Work(service("billing", "acme")), PATIENCE));
    assertEquals(0, handled.get());
  }

  @Test
  void whoKnowsTheSecretIsANode() {
    Bus other = join(0, SECRET);

    await(other.ask("internal", new Internal("between nodes"), PATIENCE));
    await(other.ask("work", new Work(service("anything", "*")), PATIENCE));
  }

  @Test
  void credentialsOfAnotherClusterOrInPartDoNotOpenThisOne() {
    String foreign =
        ServiceCredentials.make(
            "another secret, as long as the one of the others",
            new Grant("billing", Set.of("acme")));
    Bus stranger = join(0, foreign);

    Future<Done> asked =
        stranger.ask("work", new Work(service("billing", "acme")), Duration.ofSeconds(2));

    assertTrue(await(asked.map(false).otherwise(true)));
    assertEquals(0, handled.get());
    String whole = credentials("billing", "acme");
    for (String part :
        List.of(whole.substring(0, 200), whole.substring(0, whole.lastIndexOf('.')))) {
      assertThrows(RuntimeException.class, () -> join(0, part));
    }
  }

  @Test
  void theSecretIsNotInTheCredentials() {
    String credentials = credentials("billing", "acme");

    for (String part : credentials.split("\\.")) {
      String said =
          part.startsWith("holdfast")
              ? part
              : new String(Base64.getUrlDecoder().decode(part), StandardCharsets.ISO_8859_1);
      assertFalse(said.contains(SECRET));
    }
    assertTrue(ServiceCredentials.is(credentials));
    assertFalse(ServiceCredentials.is(SECRET));
  }

  private Future<Done> handle() {
    handled.incrementAndGet();
    return Future.succeededFuture(new Done());
  }

  private static String credentials(String service, String... tenants) {
    return ServiceCredentials.make(SECRET, new Grant(service, Set.of(tenants)));
  }

  private static Caller.Service service(String name, String... tenants) {
    return new Caller.Service(name, "1", Set.of(tenants), Set.of());
  }

  private static void assertForbidden(Future<?> answer) {
    Throwable failure = await(answer.<Throwable>map(done -> null).otherwise(refused -> refused));
    assertTrue(failure instanceof HoldfastException, String.valueOf(failure));
    assertEquals(ErrorCode.FORBIDDEN, ((HoldfastException) failure).code(), failure.getMessage());
  }

  private Bus join(int own, String secret) {
    var there = own == 0 ? List.of(new HostPort("127.0.0.1", port)) : List.<HostPort>of();
    Vertx member =
        await(
            Cluster.join(
                new ClusterConfig(
                    name,
                    "127.0.0.1",
                    own,
                    0,
                    null,
                    there,
                    Duration.ofSeconds(12),
                    null,
                    secret,
                    false)));
    members.add(0, member);
    return new Bus(member);
  }

  private static <T> T await(Future<T> future) {
    CompletableFuture<T> done = future.toCompletionStage().toCompletableFuture();
    return done.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
