package dev.holdfast.redis;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.circuitbreaker.RetryPolicy;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One held, supervised connection to Redis, which comes back by itself. Standalone servers; Sentinel and Cluster will come by this
 * same door, which is why it gives out neither connections nor addresses.
 *
 * <p>Guarantees:
 *
 * <ul>
 *   <li>Commands are written in the order of the calls, each by itself (pipelined, never batched), and answered in that order.
 *   <li>Every call is answered: with Redis' answer, or by a {@link HoldfastException} within the command timeout plus a
 *       quarter (at most 500 ms). A late answer breaks the connection, and then everything outstanding fails with UNAVAILABLE "outcome
 *       unknown". Nothing is ever sent twice by the link but a script call that Redis refused unread, see {@link Script}.
 *   <li>While it is down nothing is queued: calls fail at once with UNAVAILABLE. So after it comes up nothing old is written.
 *   <li>A server is used only when it is a primary that has loaded its data, and after its run id is known; {@link #runId()}
 *       is that of the server which the next command goes to.
 *   <li>A connection that is idle for 2 s is tried by PING, so a dead peer is noticed without traffic.
 * </ul>
 *
 * <p>Failures: UNAVAILABLE (down, lost, late, loading, too many in flight), STORE_FULL (maxmemory), INTERNAL (an
 * error in a script or a command).
 *
 * <p>Belongs to the event-loop context that opened it (a verticle's): answers and listeners come there. Calls from other threads hop
 * to it and are ordered per calling thread. No blocking commands, no pub/sub, and none that change
 * the connection: they would stall or break all that share it.
 */
public final class RedisLink {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final Set<String> REFUSED =
      Set.of(
          "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR", "SELECT", "AUTH", "HELLO", "RESET", "QUIT", "MULTI",
          "EXEC", "WATCH", "BLPOP", "BRPOP", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "WAIT", "WAITAOF");

  /** The policy's 2^n overflows, and then throws, beyond this. */
  private static final int MAX_DOUBLINGS = 20;

  private final Vertx vertx;
  private final Context context;
  private final RedisConfig config;
  private final String purpose;
  private final LinkMetrics metrics;
  private final RetryPolicy backOff;
  private final List<Runnable> upListeners = new ArrayList<>();
  private final List<Runnable> downListeners = new ArrayList<>();
  private Thread thread;
  private int attempts;
  private long reconnectTimer = -1;
  private volatile boolean closed;
  private volatile RedisWire wire;
  private volatile String runId = "";

  private RedisLink(Vertx vertx, Context context, RedisConfig config, String purpose, MeterRegistry registry) {
    this.vertx = vertx;
    this.context = context;
    this.config = config;
    this.purpose = purpose;
    this.metrics = new LinkMetrics(registry, purpose);
    this.backOff =
        RetryPolicy.exponentialDelayWithJitter(config.reconnectMin().toMillis(), config.reconnectMax().toMillis());
  }
}
