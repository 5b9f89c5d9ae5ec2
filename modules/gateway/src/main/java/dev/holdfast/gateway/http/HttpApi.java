package dev.holdfast.gateway.http;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.auth.audit.AuditLog;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.admission.Visit;
import dev.holdfast.gateway.http.Contract.Operation;
import dev.holdfast.gateway.server.RequestTimeouts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.internal.VertxInternal;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the routes of the {@link Contract}: an operation of the document without a handler, or a
 * handler without an operation, fails the start. Confined to its event loop.
 */
public final class HttpApi {
  /** Most bytes of a body. */
  public static final int BODY_LIMIT = 1 << 20;

  /** The media type of content of any type; nothing can be negotiated for it. */
  private static final String ANY_TYPE = "*/*";

  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

  private static final String OPERATION = "operation";
  private static final String A_YEAR = "max-age=31536000";

  private final Contract contract = Contract.load();
  private final TokenVerifier tokens;
  private final Admission admission;
  private final Rates rates;
  private final BodyRoom room;
  private final MeterRegistry registry;
  private final RequestTimeouts timeouts;
  private Administered administered;
  private final Map<String, Handler<RoutingContext>> plain = new HashMap<>();
  private final Map<String, Function<ApiRequest, Future<ApiResponse>>> operations = new HashMap<>();

  /** Kept, as looking a counter up in the registry costs more than counting. */
  private final Map<Outcome, Counter> outcomes = new HashMap<>();

  private final BodyHandler bodies = BodyHandler.create(false).setBodyLimit(BODY_LIMIT);

  private record Outcome(String operation, int status) {}

  /**
   * @param admission checked before a token is read
   */
  public HttpApi(
      TokenVerifier tokens,
      Admission admission,
      Rates rates,
      BodyRoom room,
      MeterRegistry registry,
      RequestTimeouts timeouts) {
    this.tokens = tokens;
    this.admission = admission;
    this.rates = rates;
    this.room = room;
    this.registry = registry;
    this.timeouts = timeouts;
    this.administered = new Administered(null, admission);
    this.plain.putAll(new Docs(contract).handlers());
  }

  /**
   * Notes what is administered. To be called before {@link #mount}.
   *
   * @param log none: nothing is noted
   */
  public HttpApi audited(@Nullable AuditLog log) {
    administered = new Administered(log, admission);
    return this;
  }

  /** Adds handlers that make the answers, by operation. */
  public HttpApi add(Map<String, Function<ApiRequest, Future<ApiResponse>>> more) {
    operations.putAll(more);
    return this;
  }

  /** Adds handlers that read and answer requests themselves, by operation. */
  public HttpApi addPlain(Map<String, Handler<RoutingContext>> more) {
    plain.putAll(more);
    return this;
  }

  /** Adds all routes of a port, and the answer to requests without a route. */
  public void mount(Router router, Port port) {
    checkComplete();
    router.route().handler(this::begin).failureHandler(HttpApi::passOnUnlessGone);
    contract.operations().stream()
        .filter(port::answers)
        .forEach(operation -> route(router, operation));
    refuse(router, 400, "The request is not valid.");
    router.errorHandler(404, this::refuseNothing);
    refuse(router, 406, "The answer is of none of the types that you accept.");
    refuse(router, 413, "The body is larger than " + BODY_LIMIT + " bytes.");
    router.errorHandler(405, this::refuseMethod);
    router.errorHandler(500, HttpApi::failed);
  }

  private void checkComplete() {
    Set<String> documented = new HashSet<>();
    contract.operations().forEach(operation -> documented.add(operation.id()));
    Set<String> handled = new HashSet<>(plain.keySet());
    handled.addAll(operations.keySet());
    if (!documented.equals(handled)) {
      throw new IllegalStateException("documented " + documented + ", handled " + handled);
    }
  }

  private void begin(RoutingContext routing) {
    timeouts.begun(routing);
    routing.addEndHandler(ended -> count(routing));
    routing.response().putHeader("x-content-type-options", "nosniff");
    if (routing.request().isSSL()) {
      routing.response().putHeader("strict-transport-security", A_YEAR);
    }
    routing.next();
  }

  private void route(Router router, Operation operation) {
    Route route = router.route(operation.method(), operation.route());
    if (operation.secured()) {
      operation.produces().stream().filter(type -> !type.equals(ANY_TYPE)).forEach(route::produces);
    }
    route.handler(routing -> routing.put(OPERATION, operation.id()).next());
    if (operation.secured()) {
      route.handler(this::checkFailures);
    }
    if (plain.containsKey(operation.id())) {
      route.handler(timeouts::complete).handler(plain.get(operation.id()));
      return;
    }
    if (!operation.consumes().isEmpty()) {
      route.handler(routing -> checkBody(routing, operation));
    }
    route.handler(this::authenticate);
    if (!operation.consumes().isEmpty()) {
      route.handler(this::readBody);
    }
    route.handler(timeouts::complete);
    var served = Objects.requireNonNull(operations.get(operation.id()), operation.id());
    route.handler(routing -> run(routing, served));
  }

  /** Refuses, without a look at the token, an address that has shown too many invalid ones. */
  private void checkFailures(RoutingContext routing) {
    long wait = failureWait(routing);
    if (wait > 0) {
      refuseFailing(routing, wait);
    } else {
      routing.next();
    }
  }

  private long failureWait(RoutingContext routing) {
    return admission.patience(admission.clientOf(routing.request()));
  }

  /** Refuses and ends the connection: the next one is counted before anything of it is read. */
  private static void refuseFailing(RoutingContext routing, long wait) {
    routing.response().putHeader(HttpHeaders.CONNECTION, "close");
    // The header alone leaves the close to the client.
    routing.addEndHandler(sent -> routing.request().connection().close());
    refuse(routing, Problem.later(wait, "Too many from your address have failed to come in."));
  }

  /**
   * Refuses a request for nothing that exists. Such requests take no token, so this is their only
   * limit.
   */
  private void refuseNothing(RoutingContext routing) {
    long wait = routing.get(OPERATION) == null ? failureWait(routing) : 0;
    if (wait > 0) {
      refuseFailing(routing, wait);
    } else {
      Problem.of(404, "There is nothing at this address.").send(routing.response());
    }
  }

  private void count(RoutingContext routing) {
    String operation = routing.get(OPERATION);
    int answered = routing.response().getStatusCode();
    if (answered == 401 || operation == null && answered == 404) {
      admission.failed(admission.clientOf(routing.request()));
    }
    var outcome = new Outcome(operation == null ? "none" : operation, answered);
    outcomes.computeIfAbsent(outcome, this::counter).increment();
  }

  private Counter counter(Outcome outcome) {
    String status = Integer.toString(outcome.status());
    return registry.counter("holdfast.http", "operation", outcome.operation(), "status", status);
  }

  private static void checkBody(RoutingContext routing, Operation operation) {
    try {
      MediaTypes.check(routing.request(), operation.consumes());
      routing.next();
    } catch (Problem problem) {
      refuse(routing, problem);
    }
  }

  /** Reads the body, unless it is a stream: its operation reads that as it comes. */
  private void readBody(RoutingContext routing) {
    try {
      room.take(routing, routing.get("caller"));
    } catch (Problem full) {
      refuseUnread(routing, full);
      return;
    }
    if (MediaTypes.of(routing.request()).equals(MediaTypes.LINES)) {
      routing.next();
    } else {
      bodies.handle(routing);
    }
  }

  /** Authenticates before the body is read, so that a stranger gets no memory of this node. */
  private void authenticate(RoutingContext routing) {
    routing.request().pause();
    tokens
        .verify(BearerToken.ofHeader(routing.request()), tenant(routing))
        .onFailure(failure -> Visit.refused(routing.request(), failure))
        .map(verified -> caller(routing, verified))
        .compose(caller -> withinRate(routing, caller))
        .onComplete(done -> routing.request().resume())
        .onSuccess(caller -> routing.put("caller", caller).next())
        .onFailure(failure -> refuseUnread(routing, failure));
  }

  /** Credentials are for all tenants of their token. */
  private static @Nullable String tenant(RoutingContext routing) {
    return Credentials.OPERATION.equals(routing.get(OPERATION))
        ? TokenVerifier.ANY_TENANT
        : BearerToken.tenantOf(routing.request());
  }

  /**
   * Holds a request to its caller's rates. No more bytes than the limit are read, so no more are
   * counted, whatever length is declared.
   */
  private Future<Caller> withinRate(RoutingContext routing, Caller caller) {
    long bytes = Math.min(BODY_LIMIT, BodyRoom.declared(routing.request()));
    return rates.request(routing.vertx(), caller, bytes);
  }

  private static void refuseUnread(RoutingContext routing, Throwable failure) {
    if (failure instanceof Problem) {
      Unread.passOver(routing);
    }
    refuse(routing, failure);
  }

  private Caller caller(RoutingContext routing, Verified verified) {
    Visit.known(routing.request());
    routing.put("token", verified);
    routing.put("expiresAt", verified.expiresAt());
    routing.put("issuer", verified.issuer());
    Supplier<Optional<ErrorCode>> refusal = () -> tokens.refusal(verified);
    routing.put("refusal", refusal);
    return Callers.of(verified);
  }

  private void run(RoutingContext routing, Function<ApiRequest, Future<ApiResponse>> operation) {
    Caller caller = routing.get("caller");
    String id = routing.get(OPERATION);
    administered.begin(routing, id, caller);
    Future<ApiResponse> answer;
    try {
      answer = operation.apply(new ApiRequest(routing, caller));
    } catch (RuntimeException e) {
      answer = administered.refused(routing, id, e);
    }
    // Some services answer on a context of theirs.
    Promise<ApiResponse> here = ((VertxInternal) routing.vertx()).getOrCreateContext().promise();
    answer.onComplete(here);
    here.future()
        .map(given -> sent(routing, caller, given))
        .onFailure(failure -> refuse(routing, failure));
  }

  private ApiResponse sent(RoutingContext routing, Caller caller, ApiResponse answer) {
    try {
      room.send(routing, caller, answer);
    } catch (RuntimeException e) {
      rates.unsent(caller, answer.size());
      throw e;
    }
    rates.answered(caller, answer.size());
    return answer;
  }

  private static void refuse(RoutingContext routing, Throwable failure) {
    Problem problem = Problem.of(failure);
    Caller caller = routing.get("caller");
    if (caller != null && failure instanceof HoldfastException named) {
      Refusals.log(caller, named);
    }
    String operation = routing.get(OPERATION, "no operation");
    // Never the path, which may hold a ticket.
    if (problem.status() == 500) {
      LOG.error("{} failed", operation, failure);
    } else {
      LOG.debug("{} is answered {}: {}", operation, problem.code(), "" + failure);
    }
    problem.send(routing.response());
  }

  private static void refuse(Router router, int status, String detail) {
    router.errorHandler(status, routing -> Problem.of(status, detail).send(routing.response()));
  }

  private void refuseMethod(RoutingContext routing) {
    Set<String> methods = contract.methodsAt(routing.normalizedPath());
    routing.response().putHeader("allow", String.join(", ", methods));
    Problem.of(405, "This address takes " + String.join(", ", methods) + ".")
        .send(routing.response());
  }

  /**
   * Passes a failure on, unless the client left in the middle of its request: that is no failure of
   * this node, and needs no answer.
   */
  private static void passOnUnlessGone(RoutingContext routing) {
    if (!(routing.failure() instanceof HttpClosedException)) {
      routing.next();
    }
  }

  private static void failed(RoutingContext routing) {
    refuse(routing, routing.failure());
  }
}
