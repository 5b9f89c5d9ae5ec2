package dev.holdfast.sessions.service;

import dev.holdfast.core.NodeId;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Maintains the sessions of nodes: detaches those of a dead node, and renews those of this one.
 * Confined to the verticle's context.
 */
final class Maintenance {
  private static final int RENEWED_AT_ONCE = 50;

  private final Parts parts;
  private final Attaching attaching;

  Maintenance(Parts parts, Attaching attaching) {
    this.parts = parts;
    this.attaching = attaching;
  }

  /** Detaches the sessions of a node; an index entry goes after its session was looked at. */
  Future<Answer.Reaped> reap(NodeId node, int limit) {
    return parts
        .index()
        .ofNode(node, "", limit)
        .compose(members -> reap(node, members, members.size() == limit));
  }

  Future<Answer.Renewed> renew(NodeId node, String after) {
    Future<Long> listed = parts.index().sizeOfNode(node);
    Future<List<SessionKey>> page = parts.index().ofNode(node, after, RENEWED_AT_ONCE);
    return Future.all(listed, page).compose(both -> renew(node, page.result(), listed.result()));
  }

  private Future<Answer.Reaped> reap(NodeId node, List<SessionKey> members, boolean more) {
    List<Future<Boolean>> detached = new ArrayList<>();
    for (SessionKey session : members) {
      var any = new SessionRef(session.tenant(), session.session(), 0);
      detached.add(
          attaching.detach(any, node, null, Map.of()).map(SessionStore.Detached::happened));
    }
    return Future.join(detached)
        .map(
            done ->
                new Answer.Reaped((int) detached.stream().filter(Future::result).count(), more));
  }

  private Future<Answer.Renewed> renew(NodeId node, List<SessionKey> members, long listed) {
    List<Future<Boolean>> renewed = new ArrayList<>();
    for (SessionKey session : members) {
      renewed.add(
          parts.store().touch(session, null, node).compose(found -> relist(session, found)));
    }
    boolean last = members.size() < RENEWED_AT_ONCE;
    String next = last ? null : members.get(members.size() - 1).toString();
    int pages = (int) (listed / RENEWED_AT_ONCE) + 1;
    return Future.join(renewed)
        .transform(
            done ->
                Future.succeededFuture(
                    new Answer.Renewed(
                        (int) renewed.stream().filter(Maintenance::isRenewed).count(),
                        (int) renewed.stream().filter(Future::failed).count(),
                        pages,
                        next)));
  }

  private static boolean isRenewed(Future<Boolean> renewed) {
    return renewed.succeeded() && renewed.result();
  }

  private Future<Boolean> relist(SessionKey session, Optional<SessionStore.Located> found) {
    return found.isEmpty()
        ? Future.succeededFuture(false)
        : parts.index().keep(session, found.get().user(), found.get().node()).map(true);
  }
}
