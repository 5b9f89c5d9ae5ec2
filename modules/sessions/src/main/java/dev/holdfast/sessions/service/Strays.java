package dev.holdfast.sessions.service;

import dev.holdfast.core.NodeId;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detaches sessions that by their records are attached to this node, but at two looks are held by
 * none of its connections: their detach was given up while Redis was away. One look is not enough,
 * as it may come between the record and the connection's notice of it. Confined to the verticle's
 * context.
 */
final class Strays {
  private static final Logger LOG = LoggerFactory.getLogger(Strays.class);
  private static final int PAGE = 200;

  /** The generation of no attachment: such a session only leaves this node's index. */
  private static final long NONE = -1;

  private final Parts parts;
  private final Attaching attaching;
  private final NodeId node;
  private final Predicate<SessionKey> held;
  private Map<SessionKey, Long> seen = new HashMap<>();
  private Map<SessionKey, Long> seeing = new HashMap<>();
  private boolean looking;

  /**
   * @param held whether a connection of the node holds the session
   */
  Strays(Parts parts, Attaching attaching, NodeId node, Predicate<SessionKey> held) {
    this.parts = parts;
    this.attaching = attaching;
    this.node = node;
    this.held = held;
  }

  /** Looks once; to be called at intervals longer than an attach may take. */
  void look() {
    if (!looking) {
      looking = true;
      look("").onComplete(done -> looked(done.cause()));
    }
  }

  private void looked(@Nullable Throwable failure) {
    looking = false;
    if (failure == null) {
      seen = seeing;
    } else {
      LOG.debug("The sessions of this node are compared again later: {}", failure.getMessage());
    }
    seeing = new HashMap<>();
  }

  private Future<Void> look(String after) {
    return parts
        .index()
        .ofNode(node, after, PAGE)
        .compose(
            members ->
                look(members)
                    .compose(
                        done ->
                            members.size() < PAGE
                                ? Future.succeededFuture()
                                : look(members.get(PAGE - 1).toString())));
  }

  private Future<Void> look(List<SessionKey> members) {
    List<Future<Void>> looked = new ArrayList<>();
    for (SessionKey session : members) {
      if (!held.test(session)) {
        looked.add(
            parts.store().get(session, null).compose(view -> judge(session, attachment(view))));
      }
    }
    return Future.join(looked).mapEmpty();
  }

  private static @Nullable Attachment attachment(Optional<SessionView> view) {
    return view.isEmpty() ? null : view.get().attachedTo();
  }

  private Future<Void> judge(SessionKey session, @Nullable Attachment found) {
    long generation = found != null && found.node().equals(node) ? found.generation() : NONE;
    if (!Long.valueOf(generation).equals(seen.get(session))) {
      seeing.put(session, generation);
      return Future.succeededFuture();
    }
    var ref = new SessionRef(session.tenant(), session.session(), generation);
    return attaching.detach(ref, node, null, Map.of()).onSuccess(this::count).mapEmpty();
  }

  private void count(SessionStore.Detached done) {
    if (done.happened()) {
      parts.metrics().strays.increment();
    }
  }
}
