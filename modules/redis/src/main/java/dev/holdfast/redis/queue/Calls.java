package dev.holdfast.redis.queue;

import dev.holdfast.core.bounds.Budget;
import io.vertx.core.Promise;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one wire. A {@link Window} of them is written, the others wait; tenants take turns.
 * So a slow server has few calls before it that nobody waits for any more, and a call that was not
 * written can be refused as such. The memory of each is given back when it leaves. Time is counted
 * in ticks that this process really ran. Confined to the wire's thread.
 */
public final class Calls {
  private final FairQueue waiting = new FairQueue();
  private final Window written = new Window();
  private final Budget.Share room;

  public Calls(Budget.Share room) {
    this.room = room;
  }

  /**
   * The place and the memory that a command asks for.
   *
   * @param group takes turns with the other groups; null: goes before all
   * @param bytes of memory that were taken for it
   * @param asking whether ASKING goes before it: the server is to take it, although it does not
   *     serve the slot yet
   */
  public record Claim(@Nullable String group, long bytes, boolean asking) {
    public Claim(@Nullable String group, long bytes) {
      this(group, bytes, false);
    }

    /** Returns the same with ASKING before it. */
    public Claim asked() {
      return new Claim(group, bytes, true);
    }

    /** The claim of the wire's own calls: small, and before all others. */
    public static final Claim OWN = new Claim(null, 0);
  }

  /** One command on its way. */
  public static final class Call {
    public final Request request;
    public final Promise<Response> promise;
    private final Claim claim;
    private final boolean expires;
    private final long queuedTick;
    private long writtenTick;
    private long writtenAt;

    /**
     * @param expires whether it is given up if it was not written in time
     */
    public Call(
        Request request, Promise<Response> promise, Claim claim, boolean expires, long tick) {
      this.request = request;
      this.promise = promise;
      this.claim = claim;
      this.expires = expires;
      this.queuedTick = tick;
    }

    public @Nullable String group() {
      return claim.group();
    }

    public long bytes() {
      return claim.bytes();
    }

    public boolean isAsking() {
      return claim.asking();
    }

    public long writtenAt() {
      return writtenAt;
    }

    public long writtenTick() {
      return writtenTick;
    }
  }

  public int size() {
    return waiting.size() + written.size();
  }

  public int waiting() {
    return waiting.size();
  }

  /**
   * Returns whether no more calls are taken: so many are under way, or half as many of this group
   * wait.
   */
  public boolean isFull(@Nullable String group, int most) {
    return size() >= most || group != null && waiting.size(group) >= Math.max(1, most / 2);
  }

  public void add(Call call) {
    written.asks(call.group(), call.queuedTick);
    waiting.add(call);
  }

  /**
   * Takes the next call to write, which counts as written now; null: no call waits, or there is no
   * room.
   */
  public @Nullable Call next(long tick) {
    Call call = written.isFull() ? null : waiting.poll(group -> written.admits(group, tick));
    if (call != null) {
      call.writtenTick = tick;
      call.writtenAt = System.nanoTime();
      written.add(call);
    }
    return call;
  }

  /** Returns the oldest call that was written and not answered. */
  public @Nullable Call oldest() {
    return written.peek();
  }

  /** Removes the oldest written call: it was answered. */
  public void answered() {
    left(written.poll());
  }

  /** Removes a call that was refused before it was written. */
  public void refused(Call call) {
    if (written.remove(call)) {
      left(call);
    }
  }

  /** Removes and returns the calls that have waited longer than this for being written. */
  public List<Call> expired(long tick, long most) {
    List<Call> late = waiting.takeWhile(head -> head.expires && tick - head.queuedTick > most);
    late.forEach(this::left);
    return late;
  }

  /**
   * Returns the calls that were written more ticks ago than this. They stay, as their answers will
   * come.
   */
  public List<Call> overdue(long tick, long most) {
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

  /** Removes and returns the oldest written call. */
  public @Nullable Call takeWritten() {
    return left(written.poll());
  }

  /** Removes and returns the next waiting call. */
  public @Nullable Call takeWaiting() {
    return left(waiting.poll());
  }

  private @Nullable Call left(@Nullable Call call) {
    if (call != null) {
      room.give(call.claim.bytes);
    }
    return call;
  }
}
