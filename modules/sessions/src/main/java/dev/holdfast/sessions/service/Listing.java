package dev.holdfast.sessions.service;

import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.store.CallerCheck;
import dev.holdfast.sessions.store.SessionIndex;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists sessions by the indexes of user and tenant, each checked against its record; members
 * without one are removed from the index on the way. Confined to the verticle's context.
 */
final class Listing {
  private static final Logger LOG = LoggerFactory.getLogger(Listing.class);

  private static final int AT_ONCE = 500;

  /** Less than the 5 s for which the asker waits. */
  private static final FairTurns.Bounds BOUNDS = new FairTurns.Bounds(16, 4, 256, 4_000, 0);

  private final SessionStore store;
  private final SessionIndex index;
  private final OrphanCandidates orphans;
  private final FairTurns turns;

  Listing(
      SessionStore store, SessionIndex index, OrphanCandidates orphans, MeterRegistry registry) {
    this.store = store;
    this.index = index;
    this.orphans = orphans;
    this.turns = new FairTurns("sessions", BOUNDS, null, registry);
  }

  /**
   * Ids in their order.
   *
   * @param next the last of them; none: there are no more
   */
  private record Ids(List<String> ids, @Nullable String next) {}

  Future<Answer.Page> list(SessionMessage.ListSessions wanted) {
    CallerCheck.mayList(wanted.caller(), wanted.tenant(), wanted.user());
    return turns.run(
        wanted.tenant(),
        () -> {
          String user = wanted.user();
          Future<Ids> ids = user == null ? ofTenant(wanted) : ofUser(user, wanted);
          return ids.compose(found -> page(wanted, found));
        });
  }

  /**
   * Returns those of the sessions that live; {@code next} is the last one looked at, if not all
   * were.
   */
  Future<Answer.Page> views(SessionMessage.Views wanted) {
    Function<String, Future<Optional<SessionView>>> view =
        id -> store.get(new SessionKey(wanted.tenant(), id), null);
    return turns.run(wanted.tenant(), () -> new ListPage(wanted.sessions(), null, view).read());
  }

  /** Checks all entries of a user's index: those without a session at a second look are removed. */
  Future<Void> tidy(String tenant, String user) {
    return turns.run(tenant, () -> tidy(tenant, user, ""));
  }

  private Future<Void> tidy(String tenant, String user, String after) {
    return index
        .ofUser(tenant, user, after, AT_ONCE)
        .compose(
            ids -> Future.all(ids.stream().map(id -> look(tenant, user, id)).toList()).map(ids))
        .compose(
            ids ->
                ids.size() < AT_ONCE
                    ? Future.succeededFuture()
                    : tidy(tenant, user, ids.get(AT_ONCE - 1)));
  }

  private Future<Void> look(String tenant, String user, String id) {
    SessionKey session = new SessionKey(tenant, id);
    return store
        .peek(session)
        .compose(
            seen ->
                seen.isPresent() || !orphans.isGone("user " + user, session.toString())
                    ? Future.succeededFuture()
                    : index.remove(session, user, null));
  }

  private Future<Answer.Page> page(SessionMessage.ListSessions wanted, Ids found) {
    return new ListPage(found.ids(), found.next(), id -> view(wanted, id)).read();
  }

  private Future<Optional<SessionView>> view(SessionMessage.ListSessions wanted, String id) {
    SessionKey session = new SessionKey(wanted.tenant(), id);
    return store.get(session, wanted.user()).onSuccess(view -> check(session, wanted, view));
  }

  private void check(
      SessionKey session, SessionMessage.ListSessions wanted, Optional<SessionView> view) {
    String user = wanted.user();
    String list = user == null ? "tenant " + wanted.tenant() : "user " + user;
    if (view.isPresent() || !orphans.isGone(list, session.toString())) {
      return;
    }
    Future<Void> removed =
        user == null ? index.unlistTenant(session) : index.unlistUser(session, user);
    removed.onFailure(failure -> LOG.debug("stale {}: {}", session, failure.getMessage()));
  }

  private Future<Ids> ofUser(String user, SessionMessage.ListSessions wanted) {
    return index
        .ofUser(wanted.tenant(), user, wanted.after(), wanted.limit() + 1)
        .map(ids -> cut(ids, wanted.limit(), false));
  }

  /**
   * Each shard gives a bit more than its share; beyond the first shard that has more, the order is
   * not known.
   */
  private Future<Ids> ofTenant(SessionMessage.ListSessions wanted) {
    int share = 2 * wanted.limit() / Keys.SHARDS + 4;
    List<Future<List<String>>> shards = new ArrayList<>();
    for (int shard = 0; shard < Keys.SHARDS; shard++) {
      shards.add(index.ofTenant(wanted.tenant(), shard, wanted.after(), share));
    }
    return Future.all(shards).map(done -> merged(shards, share, wanted.limit()));
  }

  private static Ids merged(List<Future<List<String>>> shards, int share, int limit) {
    TreeSet<String> ids = new TreeSet<>();
    String bound = null;
    for (Future<List<String>> shard : shards) {
      List<String> part = shard.result();
      ids.addAll(part);
      if (part.size() == share) {
        String last = part.get(share - 1);
        bound = bound == null || last.compareTo(bound) < 0 ? last : bound;
      }
    }
    List<String> known = List.copyOf(bound == null ? ids : ids.headSet(bound, true));
    return cut(known, limit, bound != null);
  }

  private static Ids cut(List<String> ids, int limit, boolean more) {
    List<String> page = ids.subList(0, Math.min(limit, ids.size()));
    boolean last = page.size() == ids.size() && !more;
    return new Ids(page, last || page.isEmpty() ? null : page.get(page.size() - 1));
  }
}
