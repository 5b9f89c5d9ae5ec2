package dev.holdfast.redis.routing;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.routing.Redirect.Kind;
import dev.holdfast.redis.server.Advice;
import dev.holdfast.redis.topology.Slots;
import dev.holdfast.redis.topology.Worries;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Response;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the order of calls for each slot, wherever it is. The calls of a slot are under way to one
 * shard at a time. What a shard sends elsewhere is held until all others of its slot are answered,
 * and goes on in the order of the calls; later ones wait behind it. If a later call was done
 * meanwhile, the earlier one fails with "nothing done", as it would come after it. What is held for
 * longer than a command timeout fails so, too. Confined to the link's context.
 *
 * @param <S> a shard
 */
public final class Lanes<S> {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  /** Time until a shard is asked again that sent a call nowhere, in ms. */
  private static final long AGAIN_MS = 25;

  private static final long TROUBLED_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final int NONE = -1;
  private static final int ANY = -2;
  private static final String DOWN = "CLUSTERDOWN The cluster";

  private final ContextInternal context;
  private final Route<S> route;
  private final Budget.Share room;
  private final long patienceNanos;
  private final Consumer<String> onRedirect;
  private final @Nullable Object[] lanes = new @Nullable Object[Slots.COUNT];
  private final Worries worries = new Worries(Lanes::log);

  /** The slot of the newest trouble; if the cluster is down, any. */
  private int troubled = NONE;

  private volatile String trouble = "";
  private volatile long troubledAt;
  private final Set<Lane<S>> waiting = new LinkedHashSet<>();
  private long calls;

  /** The calls of a slot. */
  private static final class Lane<S> {
    final int slot;
    final PriorityQueue<Trip<S>> held =
        new PriorityQueue<>((one, other) -> Long.compare(one.number, other.number));
    @Nullable S at;
    int underWay;
    boolean going;
    long timer = -1;

    Lane(int slot) {
      this.slot = slot;
    }
  }

  /**
   * @param room for calls that are held, in bytes
   * @param patienceMs longest time for which a call is held
   * @param onRedirect gets the kind of each redirection, of a small fixed set
   */
  public Lanes(
      ContextInternal context,
      Route<S> route,
      Budget.Share room,
      long patienceMs,
      Consumer<String> onRedirect) {
    this.context = context;
    this.route = route;
    this.room = room;
    this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMs);
    this.onRedirect = onRedirect;
  }

  /** Makes a call to the shard that serves the slot, behind those before it. */
  public Future<Response> call(int slot, Task<S> task) {
    Lane<S> lane = lane(slot);
    S owner = route.owner(slot);
    if (owner == null) {
      route.doubt();
      close(lane);
      return context.failedFuture(unavailable("nobody serves slot " + slot + ", nothing done"));
    }
    Promise<Response> promise = context.promise();
    var trip = new Trip<S>(task, promise, ++calls);
    if (lane.held.isEmpty() && (lane.underWay == 0 || lane.at == owner)) {
      write(lane, trip, owner, false);
    } else {
      hold(lane, trip);
    }
    return promise.future();
  }

  @SuppressWarnings("unchecked")
  private Lane<S> lane(int slot) {
    Lane<S> lane = (Lane<S>) lanes[slot];
    if (lane == null) {
      lane = new Lane<>(slot);
      lanes[slot] = lane;
    }
    return lane;
  }

  private void close(Lane<S> lane) {
    if (lane.underWay == 0 && lane.held.isEmpty()) {
      context.owner().cancelTimer(lane.timer);
      waiting.remove(lane);
      lanes[lane.slot] = null;
    }
  }

  private void write(Lane<S> lane, Trip<S> trip, S shard, boolean asking) {
    lane.at = shard;
    lane.underWay++;
    trip.last = shard;
    trip.task.at(shard, asking).onComplete(result -> answered(lane, trip, result));
  }

  private void answered(Lane<S> lane, Trip<S> trip, AsyncResult<Response> result) {
    lane.underWay--;
    Redirect redirect = Redirect.of(result.cause());
    if (redirect != null) {
      trip.redirect = redirect;
      trip.answer = redirect;
      trip.redirects++;
      onRedirect.accept(redirect.kind().name().toLowerCase(Locale.ROOT));
      if (redirect.kind() != Kind.ASK) {
        route.doubt();
      }
      hold(lane, trip);
    } else {
      refuseBefore(lane, trip);
      doubtIfDown(result.cause());
      calmAfter(lane, result);
      trip.promise.handle(result);
    }
    if (lane.underWay == 0) {
      goOn(lane);
    }
  }

  private void doubtIfDown(@Nullable Throwable failure) {
    String message = failure == null ? "" : String.valueOf(failure.getMessage());
    if (message.contains("CLUSTERDOWN")) {
      route.doubt();
    }
    if (message.startsWith(DOWN)) {
      troubled(ANY, Advice.down(message));
    }
  }

  private void troubled(int slot, String what) {
    troubled = slot;
    troubledAt = System.nanoTime();
    trouble = what;
    worries.are(what);
  }

  /** A call of the slot was done. */
  private void calmAfter(Lane<S> lane, AsyncResult<Response> result) {
    if (result.succeeded() && (troubled == lane.slot || troubled == ANY)) {
      troubled(NONE, "");
    }
  }

  private static void log(String now) {
    if (now.isEmpty()) {
      LOG.info("Redis Cluster: calls get through again");
    } else {
      LOG.warn("Redis Cluster: {}", now);
    }
  }

  /** Returns why calls got nowhere within the last half minute; empty: they did. Any thread. */
  public String trouble() {
    return System.nanoTime() - troubledAt < TROUBLED_NANOS ? trouble : "";
  }

  /** What is called later was done: these would come after it. */
  private void refuseBefore(Lane<S> lane, Trip<S> done) {
    for (Trip<S> first = lane.held.peek();
        first != null && first.number < done.number;
        first = lane.held.peek()) {
      refuse(lane, first, "a later call was done before it");
    }
  }

  private void refuse(Lane<S> lane, Trip<S> trip, String reason) {
    take(lane, trip);
    trip.promise.fail(unavailable("slot " + lane.slot + " moves (" + reason + "), nothing done"));
  }

  private void hold(Lane<S> lane, Trip<S> trip) {
    if (room.tryTake(trip.task.bytes())) {
      lane.held.add(trip);
      waiting.add(lane);
    } else {
      trip.promise.fail(
          unavailable("too many bytes in flight (" + room.limit() + "), nothing done"));
    }
  }

  private void take(Lane<S> lane, Trip<S> trip) {
    lane.held.remove(trip);
    room.give(trip.task.bytes());
    if (lane.held.isEmpty()) {
      waiting.remove(lane);
    }
  }

  /** Tries again what is held; to be called when the map or the shards have changed. */
  public void changed() {
    for (Lane<S> lane : List.copyOf(waiting)) {
      if (lane.underWay == 0) {
        goOn(lane);
      }
    }
  }

  /**
   * Sends on what is held, as far as it has somewhere to go. Nothing of the slot is under way. In a
   * loop: an answer that comes at once asks for it from within.
   */
  private void goOn(Lane<S> lane) {
    if (lane.going) {
      return;
    }
    lane.going = true;
    try {
      while (lane.underWay == 0 && sendOn(lane)) {
        // All that was sent is answered already.
      }
    } finally {
      lane.going = false;
    }
  }

  /** Returns whether anything was sent. */
  private boolean sendOn(Lane<S> lane) {
    context.owner().cancelTimer(lane.timer);
    giveUpLate(lane);
    Trip<S> first = lane.held.peek();
    if (first == null) {
      close(lane);
      return false;
    }
    S target = target(lane, first);
    if (target == null) {
      lane.timer = context.setTimer(AGAIN_MS, due -> again(lane));
      return false;
    }
    boolean asking = isAsking(first);
    for (Trip<S> next = first;
        next != null && isAsking(next) == asking && isFor(lane, next, target);
        next = lane.held.peek()) {
      take(lane, next);
      write(lane, next, target, asking);
    }
    return true;
  }

  /** Nobody named another shard meanwhile: asks the one that should serve the slot. */
  private void again(Lane<S> lane) {
    for (Trip<S> trip : lane.held) {
      trip.redirect = null;
    }
    if (lane.underWay == 0) {
      goOn(lane);
    }
  }

  private boolean isAsking(Trip<S> trip) {
    return trip.redirect != null && trip.redirect.kind() == Kind.ASK;
  }

  private boolean isFor(Lane<S> lane, Trip<S> trip, S target) {
    return target(lane, trip) == target;
  }

  /** Returns where a call goes to now; none: it has to wait. */
  private @Nullable S target(Lane<S> lane, Trip<S> trip) {
    Redirect redirect = trip.redirect;
    S owner = route.owner(lane.slot);
    if (redirect == null) {
      return owner;
    }
    S named = redirect.to() == null ? null : route.at(redirect.to());
    return switch (redirect.kind()) {
      case ASK -> named;
      case TRYAGAIN -> null;
      // The first time at once, then by the map: two may send it from one to the other.
      case MOVED ->
          named != null && trip.redirects == 1 ? named : owner == trip.last ? null : owner;
    };
  }

  private void giveUpLate(Lane<S> lane) {
    long now = System.nanoTime();
    for (Trip<S> first = lane.held.peek();
        first != null && now - first.begun > patienceNanos;
        first = lane.held.peek()) {
      String answer = first.answer == null ? "" : first.answer.toString();
      troubled(lane.slot, Advice.stuck(lane.slot, answer));
      refuse(lane, first, "for longer than a command may take" + last(first));
    }
  }

  private static String last(Trip<?> trip) {
    return trip.answer == null ? "" : ", whose master answers " + trip.answer;
  }

  private static HoldfastException unavailable(String message) {
    return new HoldfastException(ErrorCode.UNAVAILABLE, "redis: " + message);
  }
}
