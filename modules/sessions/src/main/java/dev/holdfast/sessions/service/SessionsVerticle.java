package dev.holdfast.sessions.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.store.CallerCheck;
import dev.holdfast.sessions.store.SessionIndex;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionLimits;
import dev.holdfast.sessions.store.SessionStore;
import dev.holdfast.sessions.store.SessionTokens;
import dev.holdfast.sessions.store.SessionsConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@link SessionMessage}s from Redis, one instance per node. Its only state is what is under
 * way; it is touched on its own context only. Redis in trouble is UNAVAILABLE, never "no such
 * session".
 */
public final class SessionsVerticle extends VerticleBase
    implements SessionMessage.Handler<Future<?>> {
  private static final Logger LOG = LoggerFactory.getLogger(SessionsVerticle.class);

  /** Longer than any attach takes, so that an index entry without a session is really left over. */
  private static final long ORPHAN_MS = 30_000;

  private final Bus bus;
  private final RedisConfig redis;
  private final SessionsConfig config;
  private final Function<SessionEvent, Future<Void>> events;
  private final MeterRegistry registry;
  private Function<String, SessionLimits> limits = tenant -> SessionLimits.NONE;
  private @Nullable RedisLink link;
  private @Nullable RedisLink listLink;
  private @Nullable Serving<?> consumer;

  @SuppressWarnings("NullAway.Init")
  private Parts parts;

  @SuppressWarnings("NullAway.Init")
  private Attaching attaching;

  @SuppressWarnings("NullAway.Init")
  private Ending ending;

  @SuppressWarnings("NullAway.Init")
  private Listing listing;

  @SuppressWarnings("NullAway.Init")
  private Maintenance maintenance;

  /**
   * @param events takes each step in a session's life, on this verticle's context; its future
   *     completes when the event is stored. An ended session's keys stay until then.
   */
  public SessionsVerticle(
      Bus bus,
      RedisConfig redis,
      SessionsConfig config,
      Function<SessionEvent, Future<Void>> events,
      MeterRegistry registry) {
    this.bus = bus;
    this.redis = redis;
    this.config = config;
    this.events = events;
    this.registry = registry;
  }

  /**
   * Sets the limits of sessions; to be called before the deployment. Without it there is no limit.
   *
   * @param wanted returns a tenant's limits as they are now; called on this verticle's context
   */
  public SessionsVerticle limitedBy(Function<String, SessionLimits> wanted) {
    limits = wanted;
    return this;
  }

  /**
   * Compares the sessions that are attached to a node with those that its connections hold, again
   * and again until this verticle is undeployed. A session that no connection holds at two looks is
   * detached. To be called after the deployment; any thread.
   *
   * @param node of this process
   * @param held whether a connection holds the session of a tenant; asked on this verticle's
   *     context
   * @param period longer than an attach may take: a minute
   */
  public void compareWith(NodeId node, BiPredicate<String, String> held, Duration period) {
    context.runOnContext(
        now -> {
          Predicate<SessionKey> holds = key -> held.test(key.tenant(), key.session());
          var strays = new Strays(parts, attaching, node, holds);
          vertx.setPeriodic(period.toMillis(), tick -> strays.look());
        });
  }

  @Override
  public Future<?> start() {
    return RedisLink.open(vertx, redis, "sessions", registry)
        .onSuccess(opened -> link = opened)
        .compose(
            opened ->
                RedisLink.open(vertx, redis, "lists", registry)
                    .onSuccess(forLists -> listLink = forLists)
                    .compose(forLists -> assemble(opened, forLists)))
        .compose(synced -> register());
  }

  @Override
  public Future<?> stop() {
    if (attaching != null) {
      attaching.stop();
    }
    Future<Void> unregistered = consumer == null ? Future.succeededFuture() : consumer.unregister();
    return Future.join(unregistered, closed(link), closed(listLink));
  }

  private static Future<Void> closed(@Nullable RedisLink opened) {
    return opened == null ? nothing() : opened.close();
  }

  @Override
  public Future<?> attach(SessionMessage.Attach message) {
    return attaching.attach(message);
  }

  @Override
  public Future<?> detach(SessionMessage.Detach message) {
    if (message.session().generation() == 0) {
      return Future.failedFuture(
          HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "generation: from 1"));
    }
    return attaching
        .detach(message.session(), message.node(), null, message.cursors())
        .map(new Answer.Done());
  }

  @Override
  public Future<?> storeCursors(SessionMessage.StoreCursors message) {
    List<Future<@Nullable ErrorCode>> stored = new ArrayList<>();
    message.entries().forEach(entry -> stored.add(store(entry)));
    return Future.join(stored)
        .map(
            done -> {
              List<Answer.Unheld.Entry> unheld = new ArrayList<>();
              for (int i = 0; i < stored.size(); i++) {
                ErrorCode why = stored.get(i).result();
                if (why != null) {
                  SessionRef session = message.entries().get(i).session();
                  unheld.add(new Answer.Unheld.Entry(session, why));
                }
              }
              return new Answer.Unheld(unheld);
            });
  }

  @Override
  public Future<?> subscribe(SessionMessage.Subscribe message) {
    return done(parts.store().subscribe(message.session(), message.cursors()));
  }

  @Override
  public Future<?> unsubscribe(SessionMessage.Unsubscribe message) {
    return done(parts.store().unsubscribe(message));
  }

  @Override
  public Future<?> notePublishing(SessionMessage.NotePublishing message) {
    return done(parts.store().publishing(message));
  }

  @Override
  public Future<?> refresh(SessionMessage.Refresh message) {
    return done(parts.tokens().refresh(message));
  }

  @Override
  public Future<?> create(SessionMessage.Create message) {
    CallerCheck.mayList(message.caller(), message.tenant(), message.user());
    parts.store().requireRoom();
    return parts
        .places()
        .take(message.tenant(), message.user(), null, null)
        .compose(session -> create(session, message));
  }

  private Future<SessionView> create(SessionKey session, SessionMessage.Create message) {
    long due = parts.clock().now() + config.lingerOf(message.tenant()).toMillis();
    return parts
        .index()
        .setDue(session, due)
        .compose(written -> parts.store().create(session, message))
        .compose(made -> parts.store().get(session, message.user()))
        .map(SessionsVerticle::found)
        .onSuccess(this::opened);
  }

  @Override
  public Future<?> get(SessionMessage.Get message) {
    String owner = CallerCheck.owner(message.caller(), message.tenant());
    SessionKey session = new SessionKey(message.tenant(), message.session());
    return parts.store().get(session, owner).map(SessionsVerticle::found);
  }

  @Override
  public Future<?> setAttributes(SessionMessage.SetAttributes message) {
    String owner = CallerCheck.owner(message.caller(), message.tenant());
    SessionKey session = new SessionKey(message.tenant(), message.session());
    parts.store().requireRoom();
    return parts
        .store()
        .attributes(session, owner, message.version(), message.attributes())
        .map(SessionsVerticle::found);
  }

  @Override
  public Future<?> touch(SessionMessage.Touch message) {
    String owner = CallerCheck.owner(message.caller(), message.tenant());
    SessionKey session = new SessionKey(message.tenant(), message.session());
    return parts
        .store()
        .touch(session, owner, null)
        .map(SessionsVerticle::found)
        .compose(at -> parts.index().keep(session, at.user(), at.node()))
        .map(new Answer.Done());
  }

  @Override
  public Future<?> list(SessionMessage.ListSessions message) {
    return listing.list(message);
  }

  @Override
  public Future<?> close(SessionMessage.Close message) {
    if (!message.caller().actsFor(message.tenant())) {
      return Ending.none(message.reason()).map(new Answer.Done());
    }
    CallerCheck.mayClose(message.caller(), message.reason());
    String owner = CallerCheck.owner(message.caller(), message.tenant());
    SessionKey session = new SessionKey(message.tenant(), message.session());
    return parts
        .store()
        .peek(session)
        .map(seen -> seen.filter(peeked -> owner == null || owner.equals(peeked.user())))
        .compose(
            own ->
                own.isEmpty()
                    ? Ending.none(message.reason())
                    : ending.close(session, message.reason()))
        .map(new Answer.Done());
  }

  @Override
  public Future<?> views(SessionMessage.Views message) {
    return listing.views(message);
  }

  @Override
  public Future<?> sweep(SessionMessage.Sweep message) {
    return parts.clock().sync().compose(now -> sweep(message, now));
  }

  @Override
  public Future<?> reap(SessionMessage.Reap message) {
    return maintenance.reap(message.node(), message.limit());
  }

  @Override
  public Future<?> renew(SessionMessage.Renew message) {
    return maintenance.renew(message.node(), message.after());
  }

  /** Large answers have a link of their own, so that no attach waits behind them. */
  private Future<Long> assemble(RedisLink forSessions, RedisLink forLists) {
    listing =
        new Listing(
            new SessionStore(forLists, config),
            new SessionIndex(forLists, config),
            new OrphanCandidates(ORPHAN_MS),
            registry);
    var index = new SessionIndex(forSessions, config);
    var clock = new RedisClock(forSessions);
    parts =
        new Parts(
            new SessionStore(forSessions, config),
            new SessionTokens(forSessions),
            index,
            new SessionPlaces(context, index, listing, limits),
            clock,
            config,
            new SessionsMetrics(registry),
            context,
            events);
    attaching = new Attaching(parts, bus);
    ending = new Ending(parts, bus, attaching);
    maintenance = new Maintenance(parts, attaching);
    forSessions.onUp(
        slots -> clock.sync().onFailure(failure -> LOG.debug("time: {}", failure.getMessage())));
    return forSessions.reserve().watch().compose(seen -> clock.sync());
  }

  private Future<Void> register() {
    Serving<SessionMessage<?>> served =
        bus.serve(SessionMessage.ADDRESS, message -> message.dispatch(this));
    consumer = served;
    return served.completion();
  }

  private Future<Answer.Swept> sweep(SessionMessage.Sweep message, long now) {
    List<Future<Answer.Swept>> swept = new ArrayList<>();
    for (int shard : message.shards()) {
      swept.add(ending.sweep(shard, now, message.dead()));
    }
    return Future.join(swept)
        .map(
            done -> {
              int ended = swept.stream().mapToInt(part -> part.result().ended()).sum();
              parts.metrics().swept.increment(ended);
              boolean more = swept.stream().anyMatch(part -> part.result().more());
              return new Answer.Swept(ended, more);
            });
  }

  /** Answers why the attachment does not hold its session; none: it does, and they are stored. */
  private Future<@Nullable ErrorCode> store(SessionMessage.StoreCursors.Entry entry) {
    SessionKey session = SessionKey.of(entry.session());
    return parts
        .store()
        .cursors(entry.session(), entry.cursors())
        .compose(renewed -> relist(session, renewed))
        .<@Nullable ErrorCode>map(stored -> null)
        .recover(this::unheld);
  }

  private Future<Void> relist(SessionKey session, Optional<SessionStore.Located> renewed) {
    return renewed.isEmpty()
        ? Future.succeededFuture()
        : parts.index().keep(session, renewed.get().user(), renewed.get().node());
  }

  private Future<@Nullable ErrorCode> unheld(Throwable failure) {
    ErrorCode code = HoldfastException.from(failure).code();
    return switch (code) {
      case FENCED, LOST, ENDED, REVOKED, SHUTTING_DOWN -> {
        countUnheld(failure);
        yield Future.succeededFuture(code);
      }
      default -> Future.failedFuture(failure);
    };
  }

  private Future<Answer.Done> done(Future<Void> step) {
    return step.map(new Answer.Done()).onFailure(this::countUnheld);
  }

  private void countUnheld(Throwable failure) {
    ErrorCode code = HoldfastException.from(failure).code();
    if (code == ErrorCode.FENCED) {
      parts.metrics().fenced.increment();
    } else if (code == ErrorCode.LOST) {
      parts.metrics().lost.increment();
    }
  }

  private void opened(SessionView view) {
    parts.metrics().opened.increment();
    parts.publish(
        new SessionEvent(
            view.tenant(), view.session(), view.user(), SessionEvent.Kind.OPENED, 0, null, null));
  }

  private static <A> A found(Optional<A> found) {
    return found.orElseThrow(CallerCheck::notFound);
  }

  private static Future<Void> nothing() {
    return Future.succeededFuture();
  }
}
