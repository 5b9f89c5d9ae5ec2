package dev.holdfast.auth.issuers;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the issuers that were added: asks Redis again and again for the number of the last
 * change, and reads all records if it is not the one last known. They are few, and seldom change.
 * Confined to the verticle's context, except {@link #isCurrent} and {@link #age}.
 *
 * <p>What Redis has lost, because it went back to older data, is added again, also the removal of
 * an issuer.
 */
final class FollowedIssuers {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedIssuers.class);

  /** A view that is older is no good for those who want to come in. */
  private static final long STALE_NS = TimeUnit.SECONDS.toNanos(10);

  private final IssuerStore store;
  private final KnownIssuers known;
  private final Runnable changed;
  private String last = "";
  private boolean looking;
  private boolean walkWanted = true;
  private volatile boolean complete;
  private volatile long seenAt;

  /**
   * @param changed runs when all was read anew
   */
  FollowedIssuers(IssuerStore store, KnownIssuers known, Runnable changed) {
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
    return store
        .last()
        .compose(this::read)
        .onComplete(answered -> looking = false)
        .onFailure(failure -> LOG.debug("issuers are not known: {}", failure.getMessage()))
        .onSuccess(done -> saw(asked));
  }

  private void saw(long asked) {
    if (!walkWanted) {
      seenAt = asked;
      complete = true;
    }
  }

  /** A change behind the number that was read is found by the next look. */
  private Future<Void> read(String now) {
    if (!walkWanted && now.equals(last)) {
      return Future.succeededFuture();
    }
    walkWanted = false;
    return store.all().compose(found -> walked(now, found)).onFailure(failure -> walkWanted = true);
  }

  private Future<Void> walked(String now, Map<String, IssuerRecord> found) {
    List<IssuerRecord> lost = known.noteAll(found);
    last = now;
    changed.run();
    return lost.isEmpty()
        ? Future.succeededFuture()
        : store.restore(lost).onSuccess(this::restored).mapEmpty();
  }

  private void restored(long added) {
    walkWanted = true;
    if (added > 0) {
      LOG.warn("Redis had lost the records of {} issuers; they were added again", added);
    }
  }
}
