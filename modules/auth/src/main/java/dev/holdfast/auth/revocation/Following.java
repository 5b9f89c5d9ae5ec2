package dev.holdfast.auth.revocation;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the stream of revocations: asks Redis again and again for what came after the last that
 * it knows. Confined to the verticle's context, except {@link #isCurrent}.
 *
 * <p>Where Redis may have gone back to older data, all is read anew, from the first entry on: ids
 * are times of a server, and those of another may be smaller. What Redis has lost meanwhile is
 * added again. That is done after a second walk at a random time, so that mostly one node does it.
 */
final class Following {
  private static final Logger LOG = LoggerFactory.getLogger(Following.class);

  /** A view that is older is no good for those who want to come in. */
  private static final long STALE_NS = TimeUnit.SECONDS.toNanos(10);

  private static final String BEGIN = "0-0";
  private static final long MEND_WITHIN_MS = 3_000;

  private final Context context;
  private final RevocationStore store;
  private final Revocations known;
  private final Runnable more;
  private String last = BEGIN;
  private boolean looking;
  private boolean walking;
  private boolean walkWanted = true;
  private boolean mending;
  private volatile boolean complete;
  private volatile long seenAt;

  /**
   * @param more runs when more tokens are refused than before
   */
  Following(Context context, RevocationStore store, Revocations known, Runnable more) {
    this.context = context;
    this.store = store;
    this.known = known;
    this.more = more;
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
    if (walkWanted) {
      walkWanted = false;
      walking = true;
      known.walk();
      last = BEGIN;
    }
    long asked = System.nanoTime();
    return store
        .after(last)
        .onComplete(answered -> looking = false)
        .onFailure(failure -> LOG.debug("revocations are not known: {}", failure.getMessage()))
        .compose(page -> took(page, asked));
  }

  private Future<Void> took(List<Noted> page, long asked) {
    boolean fresh = false;
    for (Noted one : page) {
      fresh |= known.note(one);
      if (one.revocation().isOfTenant()) {
        known.forgetWithin(one.revocation());
      }
      last = one.id();
    }
    if (fresh) {
      more.run();
    }
    if (page.size() == RevocationStore.PAGE) {
      return look();
    }
    seenAt = asked;
    complete = true;
    if (walking && !walkWanted) {
      walking = false;
      compare(context.owner());
    }
    return Future.succeededFuture();
  }

  private void compare(Vertx vertx) {
    List<Revocation> lost = known.lost();
    if (lost.isEmpty()) {
      mending = false;
    } else if (mending) {
      mending = false;
      LOG.warn("Redis has lost {} revocations; they are added again", lost.size());
      mend(lost);
    } else {
      mending = true;
      long wait = 1 + ThreadLocalRandom.current().nextLong(MEND_WITHIN_MS);
      vertx.setTimer(wait, timer -> doubt());
    }
  }

  /** Adds them one after the other. After a failure, the next walk finds those that are left. */
  private void mend(List<Revocation> lost) {
    if (!lost.isEmpty()) {
      store
          .add(lost.get(0), null, Integer.MAX_VALUE)
          .onSuccess(noted -> known.note(noted))
          .onSuccess(noted -> mend(lost.subList(1, lost.size())))
          .onFailure(failure -> LOG.warn("Revocations are missing: {}", failure.getMessage()));
    }
  }
}
