package dev.holdfast.core.bus;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceHostTest {
  private static final Caller ANN = new Caller.User("acme", "ann", Set.of("clerk"), Set.of());

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);

  @AfterEach
  void close() {
    get(vertx.close());
  }

  @Test
  void answersWithTheCallerAndTheSessionThatAsks() {
    get(
        host()
            .method("who", (caller, data) -> answer("[\"" + ((Caller.User) caller).user() + "\"]"))
            .method("where", request -> answer('"' + request.session() + '"'))
            .method("echo", (caller, data) -> answer(data))
            .start());

    assertEquals("[\"ann\"]", ask("who", "null"));
    assertEquals("\"s1\"", ask("where", "null"));
    assertEquals("{\"a\": 1}", ask("echo", "{\"a\": 1}"));
  }

  @Test
  void namesAMethodThatIsNot() {
    get(host().start());

    HoldfastException failure = refusal("quote");

    assertEquals(ErrorCode.NOT_FOUND, failure.code());
    assertTrue(failure.publicMessage().contains("quote"));
  }

  @Test
  void failuresTravelByNameAndOnlyPublicMessagesAreShown() {
    get(
        host()
            .method(
                "public",
                (c, d) -> fail(HoldfastException.withPublicMessage(ErrorCode.CONFLICT, "paid")))
            .method("private", (c, d) -> fail(new HoldfastException(ErrorCode.FORBIDDEN, "secret")))
            .method("thrown", (c, d) -> List.<Future<String>>of().get(0))
            .method("nothing", (c, d) -> null)
            .method("not.json", (c, d) -> answer("{"))
            .start());

    assertEquals(ErrorCode.CONFLICT, refusal("public").code());
    assertEquals("paid", refusal("public").publicMessage());
    assertEquals(ErrorCode.FORBIDDEN, refusal("private").code());
    assertEquals(ErrorCode.FORBIDDEN.publicText, refusal("private").publicMessage());
    for (String method : List.of("thrown", "nothing", "not.json")) {
      assertEquals(ErrorCode.INTERNAL, refusal(method).code(), method);
      assertEquals(ErrorCode.INTERNAL.publicText, refusal(method).publicMessage(), method);
    }
  }

  @Test
  void instancesShareTheLoad() {
    get(host().method("who", (c, d) -> answer("1")).start());
    get(host().method("who", (c, d) -> answer("2")).start());

    // Who asks looks for further instances beside its first questions: a moment after the answers.
    await().atMost(Duration.ofSeconds(20)).until(() -> tenAnswers().size() == 2);
    assertEquals(Set.of("1", "2"), tenAnswers());
  }

  private Set<String> tenAnswers() {
    Set<String> answered = new TreeSet<>();
    for (int i = 0; i < 10; i++) {
      answered.add(ask("who", "null"));
    }
    return answered;
  }

  @Test
  void refusesWhatIsMoreThanItCanHoldAndGoesOnAfterwards() throws Exception {
    Promise<String> gate = Promise.promise();
    var called = new CountDownLatch(1_000);
    get(host().method("wait", (c, d) -> wait(called, gate)).start());

    List<Future<ServiceReply>> held = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      held.add(send("wait", "null"));
    }
    // The first ones look for an instance, and later ones overtake them.
    assertTrue(called.await(20, TimeUnit.SECONDS));
    HoldfastException refused = refusal("wait");
    gate.complete("1");

    assertEquals(ErrorCode.RATE_LIMITED, refused.code());
    get(Future.all(held));
    assertEquals("1", ask("wait", "null"));
  }

  @Test
  void takesNoMoreRequestsOnceStopped() {
    ServiceHost host = host().method("who", (c, d) -> answer("1"));
    get(host.start());
    assertEquals("1", ask("who", "null"));

    get(host.stop());

    assertEquals(ErrorCode.UNAVAILABLE, refusal("who").code());
  }

  private ServiceHost host() {
    return new ServiceHost(bus, "billing");
  }

  private static Future<String> answer(String data) {
    return Future.succeededFuture(data);
  }

  private static Future<String> wait(CountDownLatch called, Promise<String> gate) {
    called.countDown();
    return gate.future();
  }

  private static Future<String> fail(Throwable failure) {
    return Future.failedFuture(failure);
  }

  private Future<ServiceReply> send(String method, String data) {
    var request = new ServiceRequest(ANN, "s1", method, data);
    return bus.ask(ServiceRequest.address("billing"), request, Duration.ofSeconds(20));
  }

  private String ask(String method, String data) {
    return get(send(method, data)).data();
  }

  private HoldfastException refusal(String method) {
    return assertThrows(HoldfastException.class, () -> ask(method, "null"));
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException named) {
        throw named;
      }
      throw new AssertionError(e);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
