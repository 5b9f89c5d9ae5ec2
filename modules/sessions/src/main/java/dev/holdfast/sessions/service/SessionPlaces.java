package dev.holdfast.sessions.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.sessions.store.SessionIndex;
import dev.holdfast.sessions.store.SessionIndex.Room;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionLimits;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives new sessions an id and their index entries, if their user and tenant may have another
 * session: the script that writes the entry counts them. Confined to the verticle's context.
 */
final class SessionPlaces {
  private static final Logger LOG = LoggerFactory.getLogger(SessionPlaces.class);

  /** Near its limit a tenant has room in some parts only. Few enough to be cheap. */
  private static final int TRIES = 8;

  /** Longer than the time until a candidate is looked at again. */
  private static final long PAUSE_MS = 40_000;

  private static final int MOST_DOUBTED = 10_000;

  /** Attempts to remove an entry without a session, while Redis is away. */
  private static final int UNLISTED = 60;

  private static final long UNLIST_AGAIN_MS = 1_000;

  private final Context context;
  private final SessionIndex index;
  private final Listing listing;
  private final Function<String, SessionLimits> limits;
  private final Set<String> doubted = new HashSet<>();

  /**
   * @param limits of a tenant, as they are now
   */
  SessionPlaces(
      Context context,
      SessionIndex index,
      Listing listing,
      Function<String, SessionLimits> limits) {
    this.context = context;
    this.index = index;
    this.listing = listing;
    this.limits = limits;
  }

  static HoldfastException refusal() {
    return HoldfastException.withPublicMessage(
        ErrorCode.RATE_LIMITED, "sessions: more than the user or tenant may have");
  }

  /**
   * @param node where it will be attached, if it will
   * @param wanted the id that it gets if there is room for that; none: any
   * @return the new session's key, listed; fails with RATE_LIMITED, STORE_FULL, and as the link
   *     does
   */
  Future<SessionKey> take(
      String tenant, String user, @Nullable NodeId node, @Nullable String wanted) {
    SessionLimits most = limits.apply(tenant);
    if (most.tenant() == 0 || most.user() == 0) {
      return Future.failedFuture(refusal());
    }
    String id = wanted != null && most.takes(wanted) ? wanted : most.freshId();
    return attempt(new SessionKey(tenant, id), user, node, most, TRIES);
  }

  private Future<SessionKey> attempt(
      SessionKey session, String user, @Nullable NodeId node, SessionLimits most, int tries) {
    return index
        .add(session, user, node, most)
        .onFailure(failure -> unlist(session, user, node, UNLISTED))
        .compose(
            room ->
                room == Room.FREE
                    ? Future.succeededFuture(session)
                    : again(session, user, node, room == Room.USER_FULL ? 1 : tries, most));
  }

  private Future<SessionKey> again(
      SessionKey session, String user, @Nullable NodeId node, int tries, SessionLimits most) {
    unlist(session, user, node, UNLISTED);
    if (tries > 1) {
      var other = new SessionKey(session.tenant(), most.freshId());
      return attempt(other, user, node, most, tries - 1);
    }
    doubt(session.tenant(), user);
    return Future.failedFuture(refusal());
  }

  private void unlist(SessionKey session, String user, @Nullable NodeId node, int times) {
    index.remove(session, user, node).onFailure(failure -> unlistLater(session, user, node, times));
  }

  private void unlistLater(SessionKey session, String user, @Nullable NodeId node, int times) {
    if (times > 1) {
      context.owner().setTimer(UNLIST_AGAIN_MS, later -> unlist(session, user, node, times - 1));
    } else {
      LOG.debug("session {} stays in its indexes until they are looked at", session);
    }
  }

  /** A node that died between an entry and its record left a place that nobody has. */
  private void doubt(String tenant, String user) {
    String account = tenant + ":" + user;
    if (doubted.size() < MOST_DOUBTED && doubted.add(account)) {
      context.owner().setTimer(PAUSE_MS, later -> doubted.remove(account));
      listing
          .tidy(tenant, user)
          .onFailure(failure -> LOG.debug("index of {}: {}", account, failure.getMessage()));
    }
  }
}
