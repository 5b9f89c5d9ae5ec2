package dev.holdfast.auth.jwks;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of an issuer, as its document had them last. It is fetched at the first question, in the
 * background when it is 10 minutes old, and for a key that it does not have: one fetch at a time,
 * and one in 30 s at most, however many tokens name unknown keys. Whoever asks when it is older
 * than 20 minutes waits for the fetch. While the issuer is away, its old keys serve for a day. Any
 * thread; futures complete on the context of who asks.
 *
 * @param <T> what is made of the keys
 */
public final class KeySet<T> {
  static final Duration FRESH = Duration.ofMinutes(10);
  static final Duration AGAIN = Duration.ofSeconds(30);
  static final Duration STALE = Duration.ofHours(24);

  /** A key that a document lacks is unknown only if the document is no older than this. */
  static final Duration JUST_NOW = Duration.ofSeconds(2);

  /** Time between fetches before one has succeeded. */
  static final Duration AGAIN_FIRST = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(KeySet.class);

  private final String issuer;
  private final Set<String> algorithms;
  private final Supplier<Future<JsonObject>> document;
  private final Function<List<JsonObject>, T> make;
  private final LongSupplier clock;
  private final KeyRoom.Place room;
  private volatile Runnable changed = () -> {};
  private @Nullable Kept<T> kept;
  private @Nullable Promise<Void> fetching;
  private boolean tried;
  private boolean failed;
  private long triedAt;

  /**
   * @param ids of the keys; one without an id is the empty text
   * @param at when they were fetched
   */
  private record Kept<T>(T value, Set<String> ids, Set<JsonObject> keys, long at) {
    boolean has(@Nullable String id) {
      return id == null || ids.contains(id);
    }
  }

  /**
   * @param issuer its name, for log and metrics
   * @param algorithms names of those that it may use
   * @param document fetches the key set
   * @param make makes what verifies; throws if it can't
   * @param clock ns, never set back
   * @param room of its keys
   */
  public KeySet(
      String issuer,
      Set<String> algorithms,
      Supplier<Future<JsonObject>> document,
      Function<List<JsonObject>, T> make,
      LongSupplier clock,
      KeyRoom.Place room) {
    this.issuer = issuer;
    this.algorithms = algorithms;
    this.document = document;
    this.make = make;
    this.clock = clock;
    this.room = room;
  }

  /** Removes the meters of an issuer that is trusted no longer. */
  public static void forget(MeterRegistry registry, String issuer) {
    registry
        .find("holdfast.issuer.fetches")
        .tag("issuer", issuer)
        .meters()
        .forEach(registry::remove);
  }

  /** Sets the action for keys that were taken back; on some thread. */
  public void onChange(Runnable action) {
    changed = action;
  }

  /**
   * Returns what verifies tokens with this key. It may lack the key, if the issuer had none such
   * just now. Fails with UNAVAILABLE if the issuer can't be asked now.
   *
   * @param id {@code kid} of the token; none: it names no key
   */
  public Future<T> with(@Nullable String id) {
    Promise<Void> fetch;
    synchronized (this) {
      long now = clock.getAsLong();
      Kept<T> known = kept;
      long age = known == null ? Long.MAX_VALUE : now - known.at();
      boolean has = known != null && age < STALE.toNanos() && known.has(id);
      fetch = has && age <= FRESH.toNanos() ? null : fetch(now);
      if (fetch == null || has && (failed || age <= 2 * FRESH.toNanos())) {
        return answer(known, id, now);
      }
    }
    return here(fetch.future()).transform(fetched -> answered(id));
  }

  private synchronized Future<T> answered(@Nullable String id) {
    return answer(kept, id, clock.getAsLong());
  }

  private Future<T> answer(@Nullable Kept<T> known, @Nullable String id, long now) {
    if (known != null) {
      long age = now - known.at();
      boolean good = known.has(id) ? age < STALE.toNanos() : !failed && age < JUST_NOW.toNanos();
      if (good) {
        return Future.succeededFuture(known.value());
      }
    }
    return Future.failedFuture(
        HoldfastException.withPublicMessage(
            ErrorCode.UNAVAILABLE, "token: the keys of its issuer can't be fetched now"));
  }

  /** Completes on the context of who asks, whatever thread fetches. */
  private static Future<Void> here(Future<Void> fetched) {
    ContextInternal context = ContextInternal.current();
    if (context == null) {
      return fetched;
    }
    Promise<Void> promise = context.promise();
    fetched.onComplete(promise);
    return promise.future();
  }

  /** Begins a fetch unless one is under way; none if it is too early for another. */
  private @Nullable Promise<Void> fetch(long now) {
    if (fetching != null) {
      return fetching;
    }
    Duration between = kept == null ? AGAIN_FIRST : AGAIN;
    if (tried && now - triedAt < between.toNanos()) {
      return null;
    }
    tried = true;
    triedAt = now;
    Promise<Void> begun = Promise.promise();
    fetching = begun;
    // Also if it throws.
    Future.<JsonObject>future(promise -> document.get().onComplete(promise))
        .onComplete(done -> fetched(done, begun));
    return begun;
  }

  private void fetched(AsyncResult<JsonObject> done, Promise<Void> begun) {
    Throwable failure = done.succeeded() ? took(done.result()) : done.cause();
    synchronized (this) {
      fetching = null;
      if (failure != null && !failed) {
        LOG.warn("The keys of {} can't be fetched: {}", issuer, failure.getMessage());
      }
      failed = failure != null;
    }
    String outcome = failure == null ? "ok" : "failed";
    room.registry()
        .counter("holdfast.issuer.fetches", "issuer", issuer, "outcome", outcome)
        .increment();
    begun.complete();
  }

  /** Returns why the document is no good; none: it was taken. */
  private @Nullable Throwable took(JsonObject document) {
    try {
      List<JsonObject> keys = UsableKeys.of(document, algorithms);
      Set<String> ids = new HashSet<>();
      keys.forEach(key -> ids.add(key.getString("kid", "")));
      T value = make.apply(keys);
      Set<JsonObject> all = Set.copyOf(keys);
      if (!room.hold(keys)) {
        return new IllegalStateException("no room for its " + keys.size() + " keys on this node");
      }
      boolean fewer = false;
      synchronized (this) {
        if (kept == null || !kept.keys().equals(all)) {
          LOG.info("{} has {} keys", issuer, ids.size());
          fewer = kept != null && !all.containsAll(kept.keys());
        } else {
          value = kept.value();
        }
        kept = new Kept<>(value, ids, all, clock.getAsLong());
      }
      if (fewer) {
        changed.run();
      }
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }
}
