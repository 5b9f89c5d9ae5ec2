package dev.holdfast.auth.audit;

import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.core.Access;
import dev.holdfast.core.BusMessage;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.audit.Origin;
import dev.holdfast.core.audit.Witness;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes acts of administration in the {@code system:audit} log of the tenant that they concern;
 * those of operators in the operators' log, too. What is answered as done is noted by then: if that
 * fails, so does the answer. Any thread.
 */
public final class AuditLog implements Witness {
  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  /** Less than the askers wait. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final String REFUSED = "refused";
  private static final String UNKNOWN = "unknown";

  private final ServiceClient own;
  private final ServiceClient any;
  private final Supplier<String> node;
  private final @Nullable String operators;
  private final MeterRegistry registry;
  private final Pace refusals = new Pace();
  private final Pace unknown = new Pace();
  private final Caller self =
      new Caller.Service(Access.AUDITOR, Ids.fresh(), Set.of("*"), Set.of());

  /**
   * @param node gives the name that this node has now; any thread
   * @param operators their tenant; none if there are no operators
   */
  public AuditLog(
      Bus bus, Supplier<String> node, @Nullable String operators, MeterRegistry registry) {
    this.own = ServiceClient.local(bus, PATIENCE);
    this.any = new ServiceClient(bus, PATIENCE);
    this.node = node;
    this.operators = operators;
    this.registry = registry;
  }

  @Override
  public boolean concerns(BusMessage<?> message) {
    return Administration.concerns(message);
  }

  @Override
  public <A> Future<A> saw(BusMessage<?> message, @Nullable Origin origin, Future<A> outcome) {
    Deed deed = Administration.deed(message);
    if (deed == null) {
      return outcome;
    }
    Actor actor = Actor.of(Administration.caller(message), origin);
    return outcome.transform(
        done ->
            done.succeeded()
                ? did(deed, actor, Administration.outcome(message, done.result()))
                    .map(done.result())
                : failed(deed, actor, done.cause()));
  }

  /**
   * Notes what is done over HTTP without a message.
   *
   * @return the outcome, when it is noted
   */
  public <A> Future<A> did(Deed deed, Origin origin, Future<A> outcome) {
    Actor actor = Actor.of(origin);
    return outcome.transform(
        done ->
            done.succeeded()
                ? did(deed, actor, "done").map(done.result())
                : failed(deed, actor, done.cause()));
  }

  /**
   * Notes that somebody lacks the permission for an act, in the log of its own tenant; some of many
   * such within a short time.
   *
   * @param tenant in which it was to be; none: not said
   * @return done when it is noted, or can't be
   */
  public Future<Void> refused(String event, @Nullable String tenant, Origin origin) {
    var target = new JsonObject();
    if (tenant != null && !tenant.equals(origin.tenant())) {
      target.put("tenant", tenant);
    }
    long missed = refusals.take(origin.tenant(), System.nanoTime());
    return attempt(origin.tenant(), event, REFUSED, missed, entry(Actor.of(origin), target));
  }

  /**
   * @param outcome none: there is nothing to note yet
   */
  private Future<Void> did(Deed deed, Actor actor, @Nullable String outcome) {
    if (outcome == null) {
      return Future.succeededFuture();
    }
    String tenant = deed.tenant();
    boolean operator = actor.isOperator(operators);
    if (operator) {
      String of = tenant == null ? "" : " of tenant " + tenant;
      LOG.info("{}{} by {}: {}", deed.event(), of, actor.shown(), outcome);
    }
    List<Future<Void>> written = new ArrayList<>();
    if (operator && operators != null && !operators.equals(tenant)) {
      JsonObject entry = entry(actor, target(deed, operators));
      written.add(write(operators, deed.event(), outcome, entry));
    }
    if (tenant != null && !deed.endsLog()) {
      boolean foreign = operator && !tenant.equals(operators);
      JsonObject entry = foreign ? ofOperator(actor, deed) : entry(actor, deed.target());
      written.add(write(tenant, deed.event(), outcome, entry));
    }
    return Future.join(written).<Void>mapEmpty().recover(failure -> notNoted(deed, actor, failure));
  }

  /** What may have happened has an entry too, and what lacks a permission; the rest has none. */
  private <T> Future<T> failed(Deed deed, Actor actor, Throwable failure) {
    ErrorCode code = HoldfastException.from(failure).code();
    if (code == ErrorCode.FORBIDDEN) {
      String log = logOf(actor);
      long missed = log.isEmpty() ? 0 : refusals.take(log, System.nanoTime());
      return attempt(deed, actor, REFUSED, missed).transform(noted -> Future.failedFuture(failure));
    }
    if (code.elsewhere() || code == ErrorCode.INTERNAL) {
      mayBeDone(deed, actor, failure);
    }
    return Future.failedFuture(failure);
  }

  /** The node's own log has it, too: of an operator each time. */
  private void mayBeDone(Deed deed, Actor actor, Throwable failure) {
    long missed = unknown.take(logOf(actor), System.nanoTime());
    if (missed >= 0 || actor.isOperator(operators)) {
      LOG.warn(
          "{} in tenant {} by {} may be done: {} {}",
          deed.event(),
          deed.tenant(),
          actor.shown(),
          deed.target(),
          failure.toString());
    }
    attempt(deed, actor, UNKNOWN, missed);
  }

  /** In the log of whoever acts: by what fails nobody writes in the log of another tenant. */
  private Future<Void> attempt(Deed deed, Actor actor, String outcome, long missed) {
    String log = logOf(actor);
    return attempt(log, deed.event(), outcome, missed, entry(actor, target(deed, log)));
  }

  /** Returns the tenant in whose log an attempt is noted; empty: in none. */
  private String logOf(Actor actor) {
    String log = actor.tenant() == null ? operators : actor.tenant();
    return log == null ? "" : log;
  }

  /**
   * @param log the tenant in whose log it is noted
   */
  private static JsonObject target(Deed deed, String log) {
    boolean own = deed.tenant() == null || deed.tenant().equals(log);
    return own ? deed.target() : deed.target().copy().put("tenant", deed.tenant());
  }

  /**
   * Notes an attempt, if it has a place: there are few of them, whoever makes many.
   *
   * @param missed how many had no place before it; -1: it has none either
   */
  private Future<Void> attempt(
      String log, String event, String outcome, long missed, JsonObject entry) {
    if (log.isEmpty()) {
      return Future.succeededFuture();
    }
    if (missed < 0) {
      count("missed");
      return Future.succeededFuture();
    }
    if (missed > 0) {
      entry.put("missed", missed);
    }
    return write(log, event, outcome, entry)
        .onFailure(failure -> LOG.debug("{} is not noted: {}", event, failure.toString()))
        .otherwiseEmpty();
  }

  private JsonObject entry(Actor actor, JsonObject target) {
    var from = new JsonObject().put("node", node.get());
    if (!actor.address().isEmpty()) {
      from.put("address", actor.address());
    }
    return new JsonObject().put("by", actor.json()).put("from", from).put("target", target);
  }

  /** A tenant sees which operator it was, and nothing of where that one sits. */
  private JsonObject ofOperator(Actor actor, Deed deed) {
    return new JsonObject()
        .put("by", new JsonObject().put("kind", "operator").put("name", actor.name()))
        .put("from", new JsonObject().put("node", node.get()))
        .put("target", deed.target());
  }

  private Future<Void> write(String tenant, String event, String outcome, JsonObject entry) {
    String data = new JsonObject().put("outcome", outcome).mergeIn(entry).encode();
    var item = new PublishKeyed.Entry(Ids.fresh(), event, data, false);
    var log = new Channel(tenant, ChannelName.AUDIT);
    return ask(new PublishKeyed(self, log, List.of(item)))
        .compose(AuditLog::stored)
        .onComplete(done -> count(done.succeeded() ? outcome : "failed"));
  }

  /**
   * Asks this node, as one of an earlier build would keep the log for a shorter time; another while
   * this one has no service yet, or no more. By its key it is stored once.
   */
  private Future<Published> ask(PublishKeyed message) {
    long begun = System.nanoTime();
    return own.ask(message)
        .recover(
            failure -> {
              Duration left = PATIENCE.minusNanos(System.nanoTime() - begun);
              boolean isAway = HoldfastException.from(failure).code() == ErrorCode.UNAVAILABLE;
              return isAway && !left.isNegative() && !left.isZero()
                  ? any.ask(message, left)
                  : Future.failedFuture(failure);
            });
  }

  private static Future<Void> stored(Published published) {
    Result result = published.results().get(0);
    ErrorCode refused = result.refused();
    return refused == null
        ? Future.succeededFuture()
        : Future.failedFuture(new HoldfastException(refused, result.detail()));
  }

  /** It is done, but must not be acknowledged. The node's own log has it, come what may. */
  private static <T> Future<T> notNoted(Deed deed, Actor actor, Throwable failure) {
    boolean full = HoldfastException.from(failure).code() == ErrorCode.STORE_FULL;
    LOG.warn(
        "{} in tenant {} by {} is done, but not noted: {} {}",
        deed.event(),
        deed.tenant(),
        actor.shown(),
        deed.target(),
        failure.toString());
    return Future.failedFuture(
        HoldfastException.withPublicMessage(
            full ? ErrorCode.STORE_FULL : ErrorCode.UNAVAILABLE,
            "Done, but not noted in the audit log. Ask again."));
  }

  private void count(String outcome) {
    registry.counter("holdfast.audit.entries", "outcome", outcome).increment();
  }
}
