package dev.holdfast.redis;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.queue.Calls;
import dev.holdfast.redis.queue.FairQueue;
import dev.holdfast.redis.topology.MasterSource;
import dev.holdfast.redis.topology.ServerAddress;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.AsyncResult;
import io.vertx.core.Closeable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One held, supervised connection to Redis, which comes back by itself: to one server, or to the
 * master that sentinels name. Cluster will come by this same door, which is why it gives out
 * neither connections nor addresses.
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
 *       whose data these are; {@link #epochToken()} is that of the server which the next command
 *       goes to.
 *   <li>With sentinels it leaves a server for the one that has become the master, as if the
 *       connection had broken.
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
public final class RedisLink {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final Set<String> REFUSED =
      Set.of(
          "SUBSCRIBE",
          "PSUBSCRIBE",
          "SSUBSCRIBE",
          "MONITOR",
          "SELECT",
          "AUTH",
          "HELLO",
          "RESET",
          "QUIT",
          "MULTI",
          "EXEC",
          "WATCH",
          "BLPOP",
          "BRPOP",
          "BLMOVE",
          "BLMPOP",
          "BZPOPMIN",
          "BZPOPMAX",
          "WAIT",
          "WAITAOF");

  /**
   * A wire that stands.
   *
   * @param where the server as text, without a password
   * @param dataId of {@link DataName}
   */
  private record Dialled(RedisWire wire, ServerAddress at, String where, String dataId)
      implements Dialler.Standing {
    @Override
    public void end() {
      wire.end();
    }
  }

  private static final Map<String, Command> COMMANDS = new ConcurrentHashMap<>();

  /** Part of the heap for waiting commands of this link: one sixteenth. */
  private static final int ROOM = 16;

  private final ContextInternal context;
  private final Closeable closeHook = completion -> close().onComplete(completion);
  private final RedisConfig config;
  private final String purpose;
  private final LinkMetrics metrics;
  private final Budget budget;
  private final Budget.Share room;
  private final MasterSource source;
  private final Dialler<Dialled> dialler;
  private final Runnable onMove;
  private final Reserve reserve;
  private final List<Runnable> upListeners = new ArrayList<>();
  private final List<Runnable> downListeners = new ArrayList<>();
  private final List<Runnable> clockListeners = new ArrayList<>();

  // Those that follow without a value are set while a link is opened, before it is given out.
  @SuppressWarnings("NullAway.Init")
  private Thread thread;

  private volatile boolean closed;

  @SuppressWarnings("NullAway.Init")
  private volatile RedisWire wire;

  /** Of the newest attempt, or of the wire that it became. */
  @SuppressWarnings("NullAway.Init")
  private Redis client;

  private @Nullable ServerAddress server;
  private volatile String epochToken = "";
  private volatile String dataId = "";

  private RedisLink(
      ContextInternal context, RedisConfig config, String purpose, MeterRegistry registry) {
    this.context = context;
    this.config = config;
    this.purpose = purpose;
    this.metrics = new LinkMetrics(registry, purpose);
    this.budget = new Budget(registry);
    this.room = budget.share("redis-" + purpose, Budget.partOfHeap(0, ROOM));
    this.source = MasterSources.take(context, config, registry);
    this.dialler = new Dialler<>(context, config, source, metrics, this::dial);
    this.onMove = () -> context.runOnContext(moved -> followMaster());
    this.reserve = new Reserve(context, () -> send("INFO", "memory"), metrics, config.reserve());
  }

  /**
   * Connects. Then the link reconnects by itself until it is closed.
   *
   * @param purpose tags the meters; one of a small fixed set, and different for each link of a
   *     process
   * @return the link, up; or UNAVAILABLE if no usable server was reached within the connect timeout
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
    Request request = Request.cmd(command(command), args);
    String group = FairQueue.group(args.length == 0 ? null : args[0]);
    var claim = new Calls.Claim(group, CommandSize.of(args));
    return onContext(wire -> wire.write(request, claim));
  }

  Future<Reply> run(Script script, List<String> keys, List<Object> args) {
    Object[] call = script.call(keys, args);
    return onContext(wire -> wire.run(script, call));
  }

  /**
   * Names the data of the server reached last: made of its run id and its replication id. It
   * changes with a restart, a failover, and a failback to the same process. Any thread.
   */
  public String epochToken() {
    return epochToken;
  }

  /**
   * Returns a name of the data of the server reached last that outlives restarts and failovers,
   * even to a replica that lagged. It changes if the data were begun anew. Empty if they have none
   * because Redis is full. Any thread.
   */
  public String dataId() {
    return dataId;
  }

  /**
   * A time of the server, in ms, for a call that is written now: four command timeouts ahead (8 s),
   * which is when its caller is answered at the latest. Bytes of a connection that was given up may
   * reach the server minutes later. So a script whose late coming would harm carries this, and
   * begins by raising LATE if it has passed: then nothing is written, and the call fails with
   * UNAVAILABLE. The server's time is asked for with each connection, every 5 s, and after each
   * LATE; so a clock that was set forward refuses what is under way, and no more. One set back by
   * some time lets calls be late by as much, for 5 s. On the context.
   */
  public long deadline() {
    return wire.deadline();
  }

  /**
   * Returns the time, in ms, after which a call with a {@link #deadline} can't take effect any
   * more. It allows for an estimate of the server's time that is ahead by as much as a call may
   * take.
   */
  public long longestLate() {
    return wire.longestLate();
  }

  /** Returns what is left of the server's memory, from {@link Reserve#watch} on. Any thread. */
  public Reserve reserve() {
    return reserve;
  }

  /** Returns whether a command would be written now. Any thread. */
  public boolean up() {
    return !wire.isBroken();
  }

  /**
   * @param action runs after each reconnect, before any command that is sent afterwards. To be
   *     called on the context.
   */
  public void onUp(Runnable action) {
    upListeners.add(action);
  }

  /**
   * @param action runs when the connection is lost, after what was outstanding has failed. To be
   *     called on the context.
   */
  public void onDown(Runnable action) {
    downListeners.add(action);
  }

  /**
   * @param action runs within 5 s after the server's clock was set forward by more than a second:
   *     what had a TTL there may have expired. To be called on the context.
   */
  public void onClockSet(Runnable action) {
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
    return dialler.dial().onSuccess(this::opened).onFailure(this::notOpened).<Void>mapEmpty();
  }

  private Future<Dialled> dial(RedisConfig there, ServerAddress at) {
    client = DriverClient.create(context, there);
    return RedisWire.dial(context, client, there, metrics, room)
        .compose(
            fresh ->
                DataName.ask(asked -> fresh.write(asked, Calls.Claim.OWN))
                    .onFailure(failure -> fresh.end())
                    .map(data -> new Dialled(fresh, at, there.redactedUri(), data)));
  }

  private void opened(Dialled first) {
    context.addCloseHook(closeHook);
    use(first);
    metrics.watch(this::up, () -> wire.waiting());
    source.listen(onMove);
    followMaster();
  }

  private void notOpened(Throwable failure) {
    budget.close();
    MasterSources.giveBack(context, config);
  }

  private void use(Dialled fresh) {
    server = fresh.at();
    dataId = fresh.dataId();
    wire = fresh.wire();
    epochToken = wire.server().epochToken();
    LOG.info(
        "Redis link {} is up: {} {}, data {}",
        purpose,
        fresh.where(),
        wire.server().version(),
        epochToken);
    wire.onBroken(this::down);
    wire.onClockSet(this::clockSet);
  }

  private void down(String reason) {
    if (closed) {
      return;
    }
    LOG.warn("Redis link {} is down: {}", purpose, reason);
    dialler.redial(this::upAgain);
    downListeners.forEach(Runnable::run);
  }

  private void upAgain(Dialled fresh) {
    use(fresh);
    metrics.reconnected();
    upListeners.forEach(Runnable::run);
  }

  /** Comes late, and more than once: what counts is who is the master by now. */
  private void followMaster() {
    if (closed) {
      return;
    }
    if (dialler.isRedialling()) {
      dialler.redialNow();
    } else if (server != null && !source.isMaster(server)) {
      wire.breakDown("moved", "another server is the master now");
    }
  }

  private void clockSet() {
    LOG.warn("Redis link {}: the clock of the server was set forward", purpose);
    clockListeners.forEach(Runnable::run);
  }

  private Future<Void> shut() {
    if (!closed) {
      closed = true;
      context.removeCloseHook(closeHook);
      source.forget(onMove);
      MasterSources.giveBack(context, config);
      dialler.close();
      reserve.stop();
      metrics.close();
      budget.close();
    }
    // The client that is dialling may be the wire's; then it is closed twice, which it may be.
    return wire.end().compose(v -> client.close());
  }

  private Future<Reply> onContext(Function<RedisWire, Future<Response>> step) {
    if (Thread.currentThread() == thread) {
      return step.apply(wire).transform(RedisLink::named);
    }
    Promise<Reply> promise = context.promise();
    context.runOnContext(v -> step.apply(wire).transform(RedisLink::named).onComplete(promise));
    return promise.future();
  }

  private static Future<Reply> named(AsyncResult<Response> result) {
    return result.succeeded()
        ? Future.succeededFuture(Reply.of(result.result()))
        : Future.failedFuture(RedisErrors.named(result.cause()));
  }

  private static Command command(String name) {
    return COMMANDS.computeIfAbsent(name, RedisLink::checkedCommand);
  }

  private static Command checkedCommand(String name) {
    if (REFUSED.contains(name.toUpperCase(Locale.ROOT))) {
      throw new IllegalArgumentException("not on a shared link: " + name);
    }
    return Command.create(name.toLowerCase(Locale.ROOT));
  }
}
