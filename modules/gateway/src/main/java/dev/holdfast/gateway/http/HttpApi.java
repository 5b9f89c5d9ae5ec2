package dev.holdfast.gateway.http;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.admission.Visit;
import dev.holdfast.gateway.http.Contract.Operation;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the routes of the {@link Contract}: an operation of the document without a handler, or a
 * handler without an operation, fails the start. Confined to its event loop.
 */
public final class HttpApi {
  /** Bytes of a body. */
  public static final int BODY_LIMIT = 1 << 20;

  /** Of content that is whatever it is: nothing can be negotiated. */
  private static final String ANY_TYPE = "*/*";

  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

  private static final String OPERATION = "operation";
  private static final String A_YEAR = "max-age=31536000";

  private final Contract contract = Contract.load();
  private final HttpServices services;
  private final MeterRegistry registry;
  private final Patience patience;
  private final Map<String, Handler<RoutingContext>> plain;
  private final Map<String, Function<Ask, Future<Answer>>> asked = new HashMap<>();
  private final Rates rates;
  private final BodyRoom room;
  private final BodyHandler bodies = BodyHandler.create(false).setBodyLimit(BODY_LIMIT);

  /**
   * @param plain handlers of operations that are none of this API's own, by operation
   */
  public HttpApi(
      HttpServices services, Patience patience, Map<String, Handler<RoutingContext>> plain) {
    this.services = services;
    this.patience = patience;
    this.registry = services.node().registry();
    this.rates = new Rates(services.limiter());
    this.room = new BodyRoom(services.bodies(), BODY_LIMIT);
    this.plain = new HashMap<>(plain);
    this.plain.putAll(new Docs(contract).handlers());
    asked.putAll(new Publishing(services.channels(), rates, services.dataLimit()).operations());
    asked.putAll(new ChannelViews(services.channels(), registry).operations());
    asked.putAll(new Sessions(services.sessions(), services.channels()).operations());
    asked.putAll(new Connections(services.sources().connections()).operations());
    asked.putAll(new TenantLimits(services.limiter(), services.node().operators()).operations());
    asked.putAll(new NodeViews(services.node(), services.sources()).operations());
    asked.putAll(
        new StoreViews(services.sources().usage(), services.node().operators()).operations());
  }

  /** Adds all routes of a port, and what is answered where there is none. */
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
    handled.addAll(asked.keySet());
    if (!documented.equals(handled)) {
      throw new IllegalStateException("documented " + documented + ", handled " + handled);
    }
  }

  private void begin(RoutingContext routing) {
    patience.begun(routing);
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
      route.handler(patience::complete).handler(plain.get(operation.id()));
      return;
    }
    if (!operation.consumes().isEmpty()) {
      route.handler(routing -> checkBody(routing, operation));
    }
    route.handler(this::authenticate);
    if (!operation.consumes().isEmpty()) {
      route.handler(this::readBody);
    }
    route.handler(patience::complete);
    route.handler(routing -> run(routing, asked.get(operation.id())));
  }

  /** Looks at no token of an address that has shown too many that are not valid. */
  private void checkFailures(RoutingContext routing) {
    long wait = failureWait(routing);
    if (wait > 0) {
      refuseFailing(routing, wait);
    } else {
      routing.next();
    }
  }

  private long failureWait(RoutingContext routing) {
    Admission admission = services.admission();
    return admission.patience(admission.clientOf(routing.request()));
  }

  /** Ends the connection: the next one is counted before anything of it is read. */
  private static void refuseFailing(RoutingContext routing, long wait) {
    routing.response().putHeader(HttpHeaders.CONNECTION, "close");
    refuse(routing, Problem.later(wait, "Too many from your address have failed to come in."));
  }

  /** Asking for what is not there takes no token, and so has no limit but this one. */
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
      services.admission().failed(services.admission().clientOf(routing.request()));
    }
    String status = Integer.toString(answered);
    registry
        .counter(
            "holdfast.http", "operation", operation == null ? "none" : operation, "status", status)
        .increment();
  }

  private static void checkBody(RoutingContext routing, Operation operation) {
    try {
      MediaTypes.check(routing.request(), operation.consumes());
      routing.next();
    } catch (Problem problem) {
      refuse(routing, problem);
    }
  }

  /** A stream is read as it comes, by its operation. */
  private void readBody(RoutingContext routing) {
    try {
      room.take(routing, routing.get("caller"));
    } catch (Problem full) {
      refuseUnread(routing, full);
      return;
    }
    if (MediaTypes.of(routing.request()).equals(PublishStream.TYPE)) {
      routing.next();
    } else {
      bodies.handle(routing);
    }
  }

  /** Before the body is read: who is not known gets no memory of ours. */
  private void authenticate(RoutingContext routing) {
    routing.request().pause();
    services
        .tokens()
        .verify(BearerToken.ofHeader(routing.request()))
        .map(verified -> caller(routing, verified))
        .compose(caller -> withinRate(routing, caller))
        .onComplete(done -> routing.request().resume())
        .onSuccess(caller -> routing.put("caller", caller).next())
        .onFailure(failure -> refuseUnread(routing, failure));
  }

  /** However long a body says it is, no more of it is read, and so counted, than the limit. */
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

  private static Caller caller(RoutingContext routing, Verified verified) {
    Visit.known(routing.request());
    routing.put("expiresAt", verified.expiresAt());
    return Callers.of(verified);
  }

  private static void run(RoutingContext routing, Function<Ask, Future<Answer>> operation) {
    Future<Answer> answer;
    try {
      answer = operation.apply(new Ask(routing, routing.get("caller")));
    } catch (RuntimeException e) {
      answer = Future.failedFuture(e);
    }
    answer
        .onSuccess(given -> given.send(routing.response()))
        .onFailure(failure -> refuse(routing, failure));
  }

  private static void refuse(RoutingContext routing, Throwable failure) {
    Problem problem = Problem.of(failure);
    Caller caller = routing.get("caller");
    if (caller != null && failure instanceof HoldfastException named) {
      Refusals.log(caller, named);
    }
    String operation = routing.get(OPERATION, "no operation");
    // Never the path: it may hold a ticket.
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

  /** A client that went in the middle of its request is no failure of ours, nor to be answered. */
  private static void passOnUnlessGone(RoutingContext routing) {
    if (!(routing.failure() instanceof HttpClosedException)) {
      routing.next();
    }
  }

  private static void failed(RoutingContext routing) {
    refuse(routing, routing.failure());
  }
}
