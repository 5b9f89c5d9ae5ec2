package dev.holdfast.sessions.service;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Does what concerns one key, a session here, one step after the other, in the order asked: so the
 * index entry that an attach has just written is not taken away by the end of a detach before it.
 * Confined to the verticle's context; holds nothing for keys with nothing under way.
 */
final class SerialByKey<K> {
  private final Map<K, Future<?>> last = new HashMap<>();

  <A> Future<A> run(K key, Supplier<Future<A>> step) {
    Future<?> before = last.get(key);
    Future<A> mine = before == null ? step.get() : before.transform(done -> step.get());
    last.put(key, mine);
    mine.onComplete(done -> last.remove(key, mine));
    return mine;
  }
}
