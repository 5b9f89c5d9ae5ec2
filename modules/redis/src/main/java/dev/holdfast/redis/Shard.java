package dev.holdfast.redis;

import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.queue.Calls;
import dev.holdfast.redis.queue.CommandSize;
import dev.holdfast.redis.queue.Commands;
import dev.holdfast.redis.queue.FairQueue;
import dev.holdfast.redis.queue.LinkMetrics;
import dev.holdfast.redis.server.Advice;
import dev.holdfast.redis.server.DataName;
import dev.holdfast.redis.server.MemoryLevel;
import dev.holdfast.redis.topology.FixedMaster;
import dev.holdfast.redis.topology.MasterSource;
import dev.holdfast.redis.topology.ServerAddress;
import dev.holdfast.redis.topology.Worries;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One supervised connection to the master of one shard. It comes back by itself, perhaps at another
 * server, and follows the master that its source names. Confined to the context of its link, unless
 * a method says otherwise.
 */
public final class Shard {
  private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

  /** Gets what happens to the connection, on the context. */
  interface Listener {
    /** The connection is back, and nothing was sent on it yet. */
    void isUp(Shard shard);

    /** It is lost, and what was outstanding has failed. */
    void isDown(Shard shard);

    /** The server's clock was set forward. */
    void clockIsSet(Shard shard);

    /** Returns the value for {@link ShardValue#SHARD_TAG}. */
    default String tag(Shard shard) {
      return "";
    }
  }

  /**
   * The parts that all shards of a link share.
   *
   * @param room for commands until they are answered, in bytes
   */
  record Parts(
      ContextInternal context,
      RedisConfig config,
      String purpose,
      LinkMetrics metrics,
      Budget.Share room) {}

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

  private final Parts parts;
  private final MasterSource source;
  private final Listener listener;
  private final Dialler<Dialled> dialler;
  private final Runnable onMove;
  private final MemoryLevel memory = new MemoryLevel(this::nameInCluster);
  private final Worries worries = new Worries(this::logTrouble);
  private volatile boolean closed;
  private volatile String problem = "";
  private volatile @Nullable RedisWire wire;

  /** Of the newest attempt, or of the wire that it became. */
  private @Nullable Redis client;

  private volatile @Nullable ServerAddress server;
  private volatile String epochToken = "";
  private volatile String dataId = "";

  Shard(Parts parts, MasterSource source, Listener listener) {
    this.parts = parts;
    this.source = source;
    this.listener = listener;
    this.dialler = new Dialler<>(parts.context, parts.config, source, parts.metrics, this::dial);
    this.onMove = () -> parts.context.runOnContext(moved -> followMaster());
  }

  /** Connects, once; it comes back by itself only after it has been up. */
  Future<Void> open() {
    return dialler.dial().onSuccess(this::opened).mapEmpty();
  }

  /** Connects, and goes on trying; the listener is called when it is up. */
  void connect() {
    if (!dialler.isRedialling() && !closed) {
      dialler.redial(this::upAgain);
      dialler.redialNow();
    }
  }

  private Future<Dialled> dial(RedisConfig there, ServerAddress at) {
    Redis fresh = DriverClient.create(parts.context, there);
    client = fresh;
    return RedisWire.dial(parts.context, fresh, there, parts.metrics, parts.room)
        .compose(
            dialled ->
                dataName(dialled)
                    .onFailure(failure -> dialled.end())
                    .map(data -> new Dialled(dialled, at, there.redactedUri(), data)))
        .onFailure(failure -> notReached(there.redactedUri(), failure));
  }

  /** A cluster has none yet: the key of the name is in one slot, and so at one shard. */
  private Future<String> dataName(RedisWire dialled) {
    if (parts.config.cluster() == null && dialled.server().clustered()) {
      return parts.context.failedFuture(
          RedisErrors.unavailable("the server is in cluster mode, and no cluster is configured"));
    }
    return parts.config.cluster() != null
        ? Future.succeededFuture("")
        : DataName.ask(Keys.data(), asked -> dialled.write(asked, Calls.Claim.OWN));
  }

  private void notReached(String where, Throwable failure) {
    problem = Advice.with(String.valueOf(failure.getMessage()));
    if (dialler.isRedialling()) {
      worries.are(where + ": " + problem);
    }
  }

  /** Returns why the newest attempt failed; empty: it did not. Any thread. */
  String problem() {
    return problem;
  }

  private void logTrouble(String now) {
    if (!now.isEmpty()) {
      LOG.warn("Redis link {} stays down: {}", parts.purpose, now);
    }
  }

  private void opened(Dialled first) {
    use(first);
    source.listen(onMove);
    followMaster();
  }

  private void use(Dialled fresh) {
    RedisWire now = fresh.wire();
    server = fresh.at();
    dataId = fresh.dataId();
    epochToken = now.server().epochToken();
    wire = now;
    problem = "";
    worries.are("");
    LOG.info(
        "Redis link {} is up: {} {}, data {}",
        parts.purpose,
        fresh.where(),
        now.server().version(),
        epochToken);
    now.onBroken(this::down);
    now.onClockSet(this::clockSet);
  }

  private void down(String reason) {
    if (closed) {
      return;
    }
    LOG.warn("Redis link {} is down: {}", parts.purpose, reason);
    dialler.redial(this::upAgain);
    listener.isDown(this);
  }

  private void upAgain(Dialled fresh) {
    use(fresh);
    parts.metrics.reconnected();
    listener.isUp(this);
  }

  /** Comes late, and more than once: what counts is who is the master by now. */
  private void followMaster() {
    RedisWire now = wire;
    ServerAddress at = server;
    if (closed) {
      return;
    }
    if (dialler.isRedialling()) {
      dialler.redialNow();
    } else if (now != null && at != null && !source.isMaster(at)) {
      now.breakDown("moved", "another server is the master now");
    }
  }

  private void clockSet() {
    LOG.warn("Redis link {}: the clock of the server was set forward", parts.purpose);
    listener.clockIsSet(this);
  }

  /** Closes for good; what is outstanding fails, and the listener is not called. */
  Future<Void> close() {
    if (!closed) {
      closed = true;
      source.forget(onMove);
      dialler.close();
    }
    RedisWire now = wire;
    Redis used = client;
    // The client that is dialling may be the wire's; then it is closed twice, which it may be.
    Future<Void> ended = now == null ? Future.succeededFuture() : now.end();
    return ended.compose(v -> used == null ? Future.succeededFuture() : used.close());
  }

  /**
   * Sends one command to this shard, whatever its key.
   *
   * @param args strings, numbers, booleans, {@code byte[]} or {@code Buffer}
   */
  public Future<Reply> send(String command, Object... args) {
    String group = FairQueue.group(Commands.key(command, args));
    var claim = new Calls.Claim(group, CommandSize.of(args));
    return write(Request.cmd(Commands.of(command), args), claim).transform(RedisErrors::named);
  }

  Future<Response> write(Request request, Calls.Claim claim) {
    RedisWire now = wire;
    return now == null ? notConnected() : now.write(request, claim);
  }

  /**
   * @param begun when the caller asked, by the process's clock: its deadline counts from there
   */
  Future<Response> run(
      Script script, List<String> keys, List<Object> args, long begun, boolean asking) {
    RedisWire now = wire;
    if (now == null) {
      return notConnected();
    }
    Object[] call = script.call(keys, args);
    for (int i = call.length - args.size(); i < call.length; i++) {
      if (call[i] instanceof ShardValue wanted) {
        call[i] = value(wanted, now, begun);
      }
    }
    return now.run(script, call, asking);
  }

  private Object value(ShardValue wanted, RedisWire now, long begun) {
    return switch (wanted) {
      case EPOCH_TOKEN -> epochToken;
      case DATA_ID -> dataId;
      case DEADLINE -> now.deadline() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      case SHARD_TAG -> listener.tag(this);
      case FULL -> memory.isTouched() ? 1 : 0;
      case NEARLY_FULL -> memory.isHalfGone() ? 1 : 0;
    };
  }

  private Future<Response> notConnected() {
    parts.metrics.failed("down");
    return parts.context.failedFuture(
        RedisErrors.unavailable("not connected to " + name() + ", nothing done"));
  }

  private String name() {
    return source instanceof FixedMaster fixed
        ? fixed.address().toString()
        : parts.config.description();
  }

  private String nameInCluster() {
    return parts.config.cluster() == null ? "" : address().toString();
  }

  /** Names the data of the server reached last, see {@link ShardValue#EPOCH_TOKEN}. Any thread. */
  public String epochToken() {
    return epochToken;
  }

  /** Returns the server of a fixed source, or the one reached last. Any thread. */
  public ServerAddress address() {
    return source instanceof FixedMaster fixed
        ? fixed.address()
        : Objects.requireNonNull(server, "not reached yet");
  }

  /** Returns whether a command would be written now. Any thread. */
  public boolean isUp() {
    RedisWire now = wire;
    return now != null && !now.isBroken();
  }

  /** Returns the number of commands that are not written yet. Any thread, about. */
  int waiting() {
    RedisWire now = wire;
    return now == null ? 0 : now.waiting();
  }

  MemoryLevel memory() {
    return memory;
  }
}
