package dev.holdfast.redis;

import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The calls of one wire: a window of them is written, the others wait, by turns of tenants. So a
 * server that is slow for a while has little before it that nobody waits for any more, and what was
 * not written can be refused by name. Time is counted in ticks that this process really ran.
 * Confined to the wire's thread.
 */
final class Calls {
  /** Enough for a round trip of a millisecond at more than a server does. */
  static final int WINDOW = 512;

  private final FairQueue waiting = new FairQueue();
  private final ArrayDeque<Call> written = new ArrayDeque<>();

  /** One command on its way. */
  static final class Call {
    final Request request;
    final Promise<Response> promise;
    private final String group;
    private final boolean expires;
    private final long queuedTick;
    private long writtenTick;
    private long writtenAt;

    /**
     * @param group whose turn it is written at; null: before all
     * @param expires whether it is given up where it was not written in time
     */
    Call(Request request, Promise<Response> promise, String group, boolean expires, long tick) {
      this.group = group;
      this.request = request;
      this.promise = promise;
      this.expires = expires;
      this.queuedTick = tick;
    }

    String group() {
      return group;
    }

    long writtenAt() {
      return writtenAt;
    }

    long writtenTick() {
      return writtenTick;
    }
  }

  int size() {
    return waiting.size() + written.size();
  }

  int waiting() {
    return waiting.size();
  }

  /**
   * Whether so many are under way, or half as many of this group wait, and so no more are taken.
   */
  boolean isFull(String group, int most) {
    return size() >= most || group != null && waiting.size(group) >= Math.max(1, most / 2);
  }

  void add(Call call) {
    waiting.add(call);
  }

  /** The next to be written, which counts as written now; null where there is none, or no room. */
  Call next(long tick) {
    Call call = written.size() < WINDOW ? waiting.poll() : null;
    if (call != null) {
      call.writtenTick = tick;
      call.writtenAt = System.nanoTime();
      written.add(call);
    }
    return call;
  }

  /** The oldest that was written and not answered, or null. */
  Call oldest() {
    return written.peek();
  }

  /** The oldest was answered. */
  void answered() {
    written.poll();
  }

  /** It was refused before it was written. */
  void refused(Call call) {
    written.removeLastOccurrence(call);
  }

  /** Takes out those that have waited for more ticks than this to be written. */
  List<Call> expired(long tick, long most) {
    return waiting.takeWhile(head -> head.expires && tick - head.queuedTick > most);
  }

  /** Those that were written more ticks ago than this; they stay, as their answers will come. */
  List<Call> overdue(long tick, long most) {
    List<Call> late = new ArrayList<>();
    Iterator<Call> oldest = written.iterator();
    while (oldest.hasNext()) {
      Call call = oldest.next();
      if (tick - call.writtenTick <= most) {
        break;
      }
      late.add(call);
    }
    return late;
  }

  /** Takes out what was written, the oldest first. */
  Call takeWritten() {
    return written.poll();
  }

  /** Takes out what waits. */
  Call takeWaiting() {
    return waiting.poll();
  }
}
