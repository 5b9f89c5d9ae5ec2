package dev.holdfast.redis;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.queue.Calls;
import dev.holdfast.redis.queue.CommandSize;
import dev.holdfast.redis.queue.Commands;
import dev.holdfast.redis.queue.FairQueue;
import dev.holdfast.redis.queue.LinkMetrics;
import dev.holdfast.redis.routing.Lanes;
import dev.holdfast.redis.routing.Task;
import dev.holdfast.redis.topology.ClusterSeeds;
import dev.holdfast.redis.topology.Slots;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Closeable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A door to Redis that holds supervised connections, which come back by themselves: one to a
 * server, or to the master that sentinels name; in a cluster one to each master. Calls go to the
 * master that serves their first key; all keys of a call are in one slot. A command without a key
 * goes to the shard of the nodes' leases.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Commands are written in the order of the calls, each by itself (pipelined, never batched),
 *       and answered in that order. If some have to wait, the order is kept for each tenant, and
 *       tenants take turns: one that asks for much waits behind itself.
 *   <li>At most 512 commands are on their way at a time; the others wait. A command that was not
 *       sent within the command timeout is refused with "nothing done". All of them together take a
 *       sixteenth of the heap at most; more are refused, too.
 *   <li>A server that answers is alive, however slow it is. The connection breaks if nothing at all
 *       is answered within the command timeout plus a quarter (at most 500 ms). Then everything
 *       that was sent fails with UNAVAILABLE "outcome unknown". A time in which this process did
 *       not run does not count. The link sends nothing twice, except a script call that Redis
 *       refused unread, see {@link Script}.
 *   <li>Every call is answered: with Redis' answer, or by a {@link HoldfastException} within five
 *       command timeouts and a quarter.
 *   <li>While it is down nothing is queued: calls fail at once with UNAVAILABLE. So after it comes
 *       up nothing old is written.
 *   <li>A server is used only when it is a primary that has loaded its data, and after it has said
 *       whose data these are; {@link ShardValue#EPOCH_TOKEN} is that of the server which the call
 *       goes to.
 *   <li>With sentinels it leaves a server for the one that has become the master, as if the
 *       connection had broken.
 *   <li>In a cluster all this holds for each shard, and the order of calls for each slot, also
 *       while it moves, see {@link Lanes}: what waits for that is answered in twice the time. One
 *       shard that is down leaves the others as they are.
 *   <li>A connection that is idle for 2 s is tried by {@code INFO replication}, so a dead peer is
 *       noticed without traffic. It is given up if the server is no primary any more, or was
 *       demoted and promoted since. Under traffic, scripts that carry the token find that out.
 * </ul>
 *
 * <p>Failures: UNAVAILABLE (down, lost, late, slow, loading, too many in flight), STORE_FULL
 * (maxmemory), INTERNAL (an error in a script or a command).
 *
 * <p>Belongs to the event-loop context that opened it (a verticle's): answers and listeners come
 * there. Calls from other threads hop to it and are ordered per calling thread. No blocking
 * commands, no pub/sub, and none that change the connection: they would stall or break all that
 * share it.
 */
public final class RedisLink implements Script.Runner {
  /** Part of the heap for waiting commands of this link: one sixteenth. */
  private static final int ROOM = 16;

  private final ContextInternal context;
  private final Closeable closeHook = completion -> close().onComplete(completion);
  private final RedisConfig config;
  private final LinkMetrics metrics;
  private final Budget budget;
  private final Shards shards;
  private final Reserve reserve;
  private final List<Consumer<Slots>> upListeners = new ArrayList<>();
  private final List<Consumer<Slots>> downListeners = new ArrayList<>();
  private final List<Consumer<Slots>> clockListeners = new ArrayList<>();

  // Set while the link is opened, before it is given out.
  @SuppressWarnings("NullAway.Init")
  private Thread thread;

  private boolean closed;

  private RedisLink(
      ContextInternal context, RedisConfig config, String purpose, MeterRegistry registry) {
    this.context = context;
    this.config = config;
    this.metrics = new LinkMetrics(registry, purpose);
    this.budget = new Budget(registry);
    var parts =
        new Shard.Parts(
            context,
            config,
            purpose,
            metrics,
            budget.share("redis-" + purpose, Budget.partOfHeap(0, ROOM)));
    ClusterSeeds seeds = config.cluster();
    this.shards =
        seeds == null
            ? new Shards.One(
                new Shard(parts, Topologies.master(context, config, registry), listener()))
            : new ClusterShards(
                parts, Topologies.cluster(context, config, seeds, registry), events());
    this.reserve = new Reserve(context, shards, metrics, config.reserve());
  }

  private ClusterShards.Events events() {
    return new ClusterShards.Events(
        (slots, up) -> (up ? upListeners : downListeners).forEach(action -> action.accept(slots)),
        slots -> clockListeners.forEach(action -> action.accept(slots)));
  }

  private Shard.Listener listener() {
    return new Shard.Listener() {
      @Override
      public void isUp(Shard shard) {
        upListeners.forEach(action -> action.accept(Slots.ALL));
      }

      @Override
      public void isDown(Shard shard) {
        downListeners.forEach(action -> action.accept(Slots.ALL));
      }

      @Override
      public void clockIsSet(Shard shard) {
        clockListeners.forEach(action -> action.accept(Slots.ALL));
      }
    };
  }

  /**
   * Connects. Then the link reconnects by itself until it is closed.
   *
   * @param purpose tags the meters; one of a small fixed set, and different for each link of a
   *     process
   * @return the link, up (in a cluster: to one master at least); or UNAVAILABLE if no usable server
   *     was reached within the connect timeout
   */
  public static Future<RedisLink> open(
      Vertx vertx, RedisConfig config, String purpose, MeterRegistry registry) {
    var context = (ContextInternal) vertx.getOrCreateContext();
    if (!context.isEventLoopContext()) {
      return Future.failedFuture(
          new IllegalStateException("a link belongs to an event-loop context"));
    }
    var link = new RedisLink(context, config, purpose, registry);
    Promise<RedisLink> opened = context.promise();
    context.runOnContext(v -> link.start().map(link).onComplete(opened));
    return opened.future();
  }

  /**
   * Sends one command.
   *
   * @param args strings, numbers, booleans, {@code byte[]} or {@code Buffer}
   * @throws IllegalArgumentException for a command that a shared link can't carry, or an argument
   *     of another type
   */
  public Future<Reply> send(String command, Object... args) {
    String key = Commands.key(command, args);
    var claim = new Calls.Claim(FairQueue.group(key), CommandSize.of(args));
    // Last: the driver puts bytes in the place of each argument.
    Request request = Request.cmd(Commands.of(command), args);
    var task =
        new Task<Shard>() {
          @Override
          public Future<Response> at(Shard shard, boolean asking) {
            return shard.write(request, asking ? claim.asked() : claim);
          }

          @Override
          public long bytes() {
            return claim.bytes();
          }
        };
    return onContext(() -> shards.call(key, task));
  }

  @Override
  public Future<Reply> run(Script script, List<String> keys, List<Object> args) {
    long begun = System.nanoTime();
    var task =
        new Task<Shard>() {
          @Override
          public Future<Response> at(Shard shard, boolean asking) {
            return shard.run(script, keys, args, begun, asking);
          }

          @Override
          public long bytes() {
            return CommandSize.of(keys.toArray()) + CommandSize.of(args.toArray());
          }
        };
    return onContext(() -> shards.call(keys.isEmpty() ? null : keys.get(0), task));
  }

  /**
   * Returns the time, in ms, after which a call with a {@link ShardValue#DEADLINE} can't take
   * effect any more. It allows for an estimate of the server's time that is ahead by as much as a
   * call may take.
   */
  public long longestLate() {
    return RedisWire.longestLate(config);
  }

  /** Returns what is left of the server's memory, from {@link Reserve#watch} on. Any thread. */
  public Reserve reserve() {
    return reserve;
  }

  /**
   * Returns whether a command would be written now; in a cluster, one to the shard of the nodes'
   * leases. Any thread.
   */
  public boolean up() {
    Shard shard = shards.of(Keys.leases());
    return shard != null && shard.isUp();
  }

  /** Returns a description of the shards that can't be reached; empty: all can. Any thread. */
  public Optional<String> trouble() {
    return shards.trouble();
  }

  /** Returns the shards that the keys are spread over: one, without a cluster. Any thread. */
  public List<Shard> shards() {
    return shards.all();
  }

  /** Returns what names the master, see {@link RedisConfig#topology}. Any thread. */
  public String topology() {
    return config.topology();
  }

  /** Returns whether keys are spread over the shards of a cluster. Any thread. */
  public boolean isCluster() {
    return config.cluster() != null;
  }

  /**
   * Returns whether every shard of the cluster serves one of {@code ShardTags}; false without a
   * cluster. Any thread.
   */
  public boolean areShardsTagged() {
    return shards.areTagged();
  }

  /**
   * @param action runs after each reconnect, before any command that is sent afterwards; it gets
   *     the slots whose keys can be reached again. To be called on the context.
   */
  public void onUp(Consumer<Slots> action) {
    upListeners.add(action);
  }

  /**
   * @param action runs when a connection is lost, after what was outstanding has failed; it gets
   *     the slots whose keys can't be reached. To be called on the context.
   */
  public void onDown(Consumer<Slots> action) {
    downListeners.add(action);
  }

  /**
   * @param action runs within 5 s after a server's clock was set forward by more than a second:
   *     what had a TTL there, in these slots, may have expired. To be called on the context.
   */
  public void onClockSet(Consumer<Slots> action) {
    clockListeners.add(action);
  }

  /**
   * Closes for good; the end of the verticle that opened the link does the same. Outstanding calls
   * fail with UNAVAILABLE. Listeners are not notified. Any thread.
   */
  public Future<Void> close() {
    Promise<Void> gone = context.promise();
    context.runOnContext(v -> shut().onComplete(gone));
    return gone.future();
  }

  private Future<Void> start() {
    thread = Thread.currentThread();
    return shards.open().onSuccess(v -> opened()).onFailure(this::notOpened);
  }

  private void opened() {
    context.addCloseHook(closeHook);
    metrics.watch(this::up, () -> shards().stream().mapToInt(Shard::waiting).sum());
  }

  private void notOpened(Throwable failure) {
    shards.close();
    metrics.close();
    budget.close();
    Topologies.giveBack(context, config);
  }

  private Future<Void> shut() {
    if (!closed) {
      closed = true;
      context.removeCloseHook(closeHook);
      Topologies.giveBack(context, config);
      reserve.stop();
      metrics.close();
      budget.close();
    }
    return shards.close();
  }

  private Future<Reply> onContext(Supplier<Future<Response>> step) {
    if (Thread.currentThread() == thread) {
      return step.get().transform(RedisErrors::named);
    }
    Promise<Reply> promise = context.promise();
    context.runOnContext(v -> step.get().transform(RedisErrors::named).onComplete(promise));
    return promise.future();
  }
}
