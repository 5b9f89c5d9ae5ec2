package dev.holdfast.auth.tenants;

import dev.holdfast.auth.tenants.TenantStore.Changed;
import dev.holdfast.auth.tenants.TenantStore.End;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the states of tenants: asks Redis again and again for changes after the last that it
 * knows, and reads the records of the tenants that they name. Confined to the verticle's context,
 * except {@link #isCurrent} and {@link #age}.
 *
 * <p>Each change names the one before it. If that is not the last one known, the stream was trimmed
 * meanwhile, or is of older data: then all records are read anew, and what Redis has lost is added
 * again.
 */
final class FollowedTenants {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedTenants.class);

  /** A view that is older is no good for those who want to come in. */
  private static final long STALE_NS = TimeUnit.SECONDS.toNanos(10);

  private final TenantStore store;
  private final KnownTenants known;
  private final Runnable changed;
  private End last = new End("0-0", 0);
  private boolean looking;
  private boolean walkWanted = true;
  private volatile boolean complete;
  private volatile long seenAt;

  /**
   * @param changed runs when the state of some tenant may have changed
   */
  FollowedTenants(TenantStore store, KnownTenants known, Runnable changed) {
    this.store = store;
    this.known = known;
    this.changed = changed;
  }

  /** Returns whether all that Redis had 10 s ago is known. Any thread. */
  boolean isCurrent() {
    return complete && System.nanoTime() - seenAt < STALE_NS;
  }

  /** Returns the age in seconds of what is known. Any thread. */
  double age() {
    return complete ? (System.nanoTime() - seenAt) / 1e9 : Double.POSITIVE_INFINITY;
  }

  /** Reads all anew at the next look. */
  void doubt() {
    walkWanted = true;
  }

  /** Asks for what is new, unless it is being asked for. */
  Future<Void> look() {
    if (looking) {
      return Future.succeededFuture();
    }
    looking = true;
    long asked = System.nanoTime();
    Future<Void> seen = walkWanted ? walk() : page();
    return seen.onComplete(answered -> looking = false)
        .onFailure(failure -> LOG.debug("tenants are not known: {}", failure.getMessage()))
        .onSuccess(done -> saw(asked));
  }

  private void saw(long asked) {
    if (!walkWanted) {
      seenAt = asked;
      complete = true;
    }
  }

  private Future<Void> walk() {
    walkWanted = false;
    return store
        .end()
        .compose(end -> store.all().compose(found -> walked(end, found)))
        .onFailure(failure -> walkWanted = true);
  }

  private Future<Void> walked(End end, Map<String, TenantRecord> found) {
    List<TenantRecord> lost = known.noteAll(found);
    last = end;
    changed.run();
    return lost.isEmpty()
        ? Future.succeededFuture()
        : store.restore(lost).onSuccess(this::restored).mapEmpty();
  }

  private void restored(long added) {
    walkWanted = true;
    if (added > 0) {
      LOG.warn("Redis had lost the states of {} tenants; they were added again", added);
    }
  }

  private Future<Void> page() {
    return store.after(last.id()).compose(this::took);
  }

  private Future<Void> took(List<Changed> page) {
    Set<String> names = new LinkedHashSet<>();
    End end = last;
    for (Changed one : page) {
      boolean seen = one.n() <= end.n(); // by the walk that ended after it
      if (!seen && one.before() != end.n()) {
        walkWanted = true;
        return look(page);
      }
      names.add(one.tenant());
      end = new End(one.id(), Math.max(end.n(), one.n()));
    }
    End reached = end;
    return names.isEmpty()
        ? Future.succeededFuture()
        : store
            .records(List.copyOf(names))
            .onSuccess(records -> noted(List.copyOf(names), records, reached))
            .compose(
                records -> page.size() == TenantStore.PAGE ? page() : Future.succeededFuture());
  }

  private Future<Void> look(List<Changed> page) {
    LOG.debug("{} changes of tenants, not all of which are known: all are read", page.size());
    return walk();
  }

  private void noted(List<String> names, List<Optional<TenantRecord>> records, End reached) {
    for (int i = 0; i < names.size(); i++) {
      walkWanted |= known.note(names.get(i), records.get(i).orElse(null));
    }
    last = reached;
    changed.run();
  }
}
