package dev.holdfast.channels.schemas.engine;

import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaMessage.Done;
import dev.holdfast.channels.schemas.SchemaMessage.Listed;
import dev.holdfast.channels.schemas.SchemaMessage.Schema;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.changes.ChangeFeed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Serves tenants' schemas, and keeps those in use for the check of publications. Changes of all
 * tenants are followed with one question every 5 s. A node's schemas are at most 10 s behind a
 * change that was noted: if nothing is known of them for 8 s, or they may have changed, it asks for
 * their revision while it goes on; after 10 s it waits for the answer. Confined to the context on
 * which it is made.
 */
public final class Schemas implements SchemaMessage.Handler<Future<?>> {
  private static final Duration FOLLOW = Duration.ofSeconds(5);
  private static final long UNUSED_NS = TimeUnit.MINUTES.toNanos(10);
  private static final long SWEEP_MS = 60_000;

  private final RedisLink link;
  private final SchemaStore store;
  private final ChangeFeed changes;
  private final Duration follow;
  private final long freshNs;
  private final long staleNs;
  private final Map<String, Cached> cache = new HashMap<>();

  /** The schemas of one tenant, as far as they are known. */
  private static final class Cached {
    private @Nullable TenantSchemas schemas;
    private @Nullable Future<TenantSchemas> loading;

    /** When they were last known to be as in Redis. */
    private long checkedAt;

    private long usedAt = System.nanoTime();

    /** How often they came in doubt, and how many of these doubts are settled. */
    private long doubts;

    private long settled;

    private Cached(long checkedAt) {
      this.checkedAt = checkedAt;
    }

    private boolean isInDoubt() {
      return doubts != settled;
    }
  }

  public Schemas(RedisLink link) {
    this(link, FOLLOW);
  }

  /**
   * @param follow interval of the question for changes
   */
  Schemas(RedisLink link, Duration follow) {
    this.link = link;
    this.store = new SchemaStore(link);
    this.changes = new ChangeFeed(link, Keys.schemaChanges(), copies());
    this.follow = follow;
    this.freshNs = follow.toNanos() * 8 / 5;
    this.staleNs = follow.toNanos() * 2;
  }

  private ChangeFeed.Copies copies() {
    return new ChangeFeed.Copies() {
      @Override
      public void doubt(Predicate<String> names) {
        cache.forEach((tenant, cached) -> cached.doubts += names.test(tenant) ? 1 : 0);
      }

      @Override
      public void confirm(long at) {
        cache.values().forEach(cached -> checked(cached, at));
      }
    };
  }

  private static void checked(Cached cached, long at) {
    if (!cached.isInDoubt() && at - cached.checkedAt > 0) {
      cached.checkedAt = at;
    }
  }

  /** Serves {@link SchemaMessage}s; the caller has to await the registration's completion. */
  public Serving<?> serve(Bus bus) {
    followChanges(bus.vertx());
    bus.vertx().setPeriodic(SWEEP_MS, timer -> sweep());
    Serving<SchemaMessage<?>> served =
        bus.serve(SchemaMessage.ADDRESS, message -> message.dispatch(this));
    return served;
  }

  /** What Redis has may be older than before when it is back: each tenant's is asked for. */
  void followChanges(Vertx vertx) {
    vertx.setPeriodic(follow.toMillis(), timer -> changes.follow());
    link.onUp(
        slots -> {
          changes.doubt();
          cache.values().forEach(cached -> cached.doubts++);
        });
  }

  // --- for the check of publications

  /**
   * Returns a tenant's schemas if they are fresh enough to be used at once; else see {@link #load}.
   */
  public @Nullable TenantSchemas known(String tenant) {
    Cached cached = cache.get(tenant);
    if (cached == null || cached.schemas == null) {
      return null;
    }
    long now = System.nanoTime();
    cached.usedAt = now;
    long age = now - cached.checkedAt;
    if (age > staleNs) {
      return null;
    }
    if ((age > freshNs || cached.isInDoubt()) && cached.loading == null) {
      refresh(tenant, cached);
    }
    return cached.schemas;
  }

  /**
   * Returns a tenant's schemas. Callers are answered in the order in which they came. Fails as
   * Redis does.
   */
  public Future<TenantSchemas> load(String tenant) {
    Cached cached = cache.computeIfAbsent(tenant, first -> new Cached(longAgo()));
    Future<TenantSchemas> loading = cached.loading;
    return loading == null ? refresh(tenant, cached) : loading;
  }

  /**
   * Reads the schemas. The read is noted before a handler is added: while Redis is unavailable the
   * read has failed already, and its handler runs at once.
   */
  private Future<TenantSchemas> refresh(String tenant, Cached cached) {
    long askedAt = System.nanoTime();
    long doubts = cached.doubts;
    Future<TenantSchemas> read = read(tenant, cached.schemas);
    cached.loading = read;
    return read.onComplete(done -> cached.loading = null)
        .onSuccess(
            schemas -> {
              cached.schemas = schemas;
              cached.settled = doubts;
              checked(cached, askedAt);
            });
  }

  private Future<TenantSchemas> read(String tenant, @Nullable TenantSchemas known) {
    if (known == null) {
      return store.all(tenant).map(TenantSchemas::new);
    }
    return store
        .revision(tenant)
        .compose(
            revision ->
                Objects.equals(revision, known.revision())
                    ? Future.succeededFuture(known)
                    : store.all(tenant).map(TenantSchemas::new));
  }

  /** Marks the schemas that this node keeps as stale, so that a change is in force here at once. */
  private void changed(String tenant) {
    Cached cached = cache.get(tenant);
    if (cached != null) {
      cached.doubts++;
      cached.checkedAt = longAgo();
    }
  }

  private long longAgo() {
    return System.nanoTime() - staleNs - 1;
  }

  private void sweep() {
    long now = System.nanoTime();
    cache.values().removeIf(cached -> cached.loading == null && now - cached.usedAt > UNUSED_NS);
  }

  // --- for services

  @Override
  public Future<Done> register(SchemaMessage.Register message) {
    SchemaName name = message.name();
    if (!mayChange(message.caller(), message.tenant(), name)) {
      return refused(ErrorCode.FORBIDDEN, "schema:" + name.event());
    }
    SchemaCodec.decode(message.schema());
    return store
        .put(message.tenant(), name, message.schema())
        .compose(put -> registered(message.tenant(), name, put));
  }

  /** Notes the change even if the schema was there: a node may have ended between the two steps. */
  private Future<Done> registered(String tenant, SchemaName name, SchemaStore.Put put) {
    if (put == SchemaStore.Put.OTHER) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.CONFLICT, name + " has another schema; register a newer version");
    }
    if (put == SchemaStore.Put.FULL) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.LIMIT_EXCEEDED, "schemas: at most " + SchemaMessage.MAX_SCHEMAS);
    }
    changed(tenant);
    Future<Void> noted = changes.note(tenant);
    return (put == SchemaStore.Put.SAME ? noted.recover(Schemas::unlessFull) : noted)
        .map(new Done());
  }

  @Override
  public Future<Done> remove(SchemaMessage.Remove message) {
    SchemaName name = message.name();
    if (!mayChange(message.caller(), message.tenant(), name)) {
      return refused(ErrorCode.FORBIDDEN, "schema:" + name.event());
    }
    return store
        .remove(message.tenant(), name)
        .compose(
            gone -> {
              changed(message.tenant());
              return changes.note(message.tenant()).recover(Schemas::unlessFull);
            })
        .map(new Done());
  }

  /** A full Redis takes no note, and must not refuse what adds nothing: nodes find out later. */
  private static Future<Void> unlessFull(Throwable failure) {
    return HoldfastException.from(failure).code() == ErrorCode.STORE_FULL
        ? Future.succeededFuture()
        : Future.failedFuture(failure);
  }

  @Override
  public Future<Listed> list(SchemaMessage.ListAll message) {
    if (!mayRead(message.caller(), message.tenant())) {
      return refused(ErrorCode.FORBIDDEN, "schemas of " + message.tenant());
    }
    var order = Comparator.comparing(SchemaName::event).thenComparing(SchemaName::version);
    return store
        .all(message.tenant())
        .map(all -> new Listed(all.texts().keySet().stream().sorted(order).toList()));
  }

  @Override
  public Future<Schema> get(SchemaMessage.Get message) {
    if (!mayRead(message.caller(), message.tenant())) {
      return refused(ErrorCode.FORBIDDEN, "schemas of " + message.tenant());
    }
    return store.get(message.tenant(), message.name()).map(text -> found(message.name(), text));
  }

  private static Schema found(SchemaName name, @Nullable String text) {
    if (text == null) {
      throw new HoldfastException(ErrorCode.NOT_FOUND, "no schema " + name);
    }
    return new Schema(name, text);
  }

  private static boolean mayRead(Caller caller, String tenant) {
    return caller instanceof Caller.Service && caller.actsFor(tenant);
  }

  private static boolean mayChange(Caller caller, String tenant, SchemaName name) {
    return mayRead(caller, tenant) && caller.permits("schema", name.event());
  }

  private static <T> Future<T> refused(ErrorCode code, String message) {
    return Future.failedFuture(new HoldfastException(code, message));
  }
}
