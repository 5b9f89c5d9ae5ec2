package dev.holdfast.sessions.service;

import dev.holdfast.sessions.store.SessionKey;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Does what concerns one session one after the other, in the order asked, so that the index entry
 * that an attach has just written is not taken away by the end of a detach before it. Confined to
 * the verticle's context; holds nothing for sessions with nothing under way.
 */
final class Turns {
  private final Map<SessionKey, Future<?>> last = new HashMap<>();

  <A> Future<A> take(SessionKey session, Supplier<Future<A>> step) {
    Future<?> before = last.get(session);
    Future<A> turn = before == null ? step.get() : before.transform(done -> step.get());
    last.put(session, turn);
    turn.onComplete(done -> last.remove(session, turn));
    return turn;
  }

  int underWay() {
    return last.size();
  }
}
