package dev.holdfast.app.start;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one node join the bus before those that start with it. Members that look for each other all
 * at once have to elect the first among them: that takes two seconds, and ten more each time that a
 * claim is lost because connections are just being made. Behind one that is a member already the
 * others join in the first round, together.
 *
 * <p>It only saves time: if Redis fails, or the first takes longer than {@code patience}, a node
 * joins as it would without it. {@link #take} blocks.
 */
public final class JoinTurn implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JoinTurn.class);
  private static final Duration LATE = Duration.ofSeconds(5);

  /** Time after which the others go on if the first one has died. */
  private static final long TTL_MS = 5_000;

  private static final long RENEWAL_MS = 1_000;
  private static final long LOOK_MS = 50;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final String self;

  @SuppressWarnings("NullAway.Init")
  private RedisLink link;

  private volatile @Nullable String first;
  private volatile boolean mine;

  private JoinTurn(String self) {
    this.self = self;
  }

  /**
   * Returns when this node may join; close it when it has.
   *
   * @param self the name that others see while they wait
   */
  public static JoinTurn take(RedisConfig redis, String self, Duration patience) {
    var turn = new JoinTurn(self);
    Future<Void> taken =
        RedisLink.open(turn.vertx, redis, "join", new SimpleMeterRegistry())
            .onSuccess(opened -> turn.link = opened)
            .compose(opened -> turn.await(System.nanoTime() + patience.toNanos()))
            .otherwise(turn::without);
    try {
      Waiting.until(taken, patience.plus(LATE), turn::waitsFor);
    } catch (StartException e) {
      turn.without(e);
    }
    return turn;
  }

  /** Returns whether this node goes before the others. */
  public boolean first() {
    return mine;
  }

  /** Gives the turn on; this node goes on at once, however that ends. */
  @Override
  public void close() {
    Future<?> released = mine ? link.send("DEL", Keys.join()) : Future.succeededFuture();
    released.onFailure(this::without).onComplete(done -> vertx.close().onFailure(this::without));
  }

  private String waitsFor() {
    String before = first;
    return before == null ? "the turn of joining the bus" : before + ", which joins the bus first";
  }

  private Future<Void> await(long until) {
    return link.send("SET", Keys.join(), self, "NX", "PX", TTL_MS)
        .compose(answer -> answer.isNull() ? behind(until) : goFirst());
  }

  private Future<Void> goFirst() {
    mine = true;
    vertx.setPeriodic(RENEWAL_MS, timer -> renew());
    return Future.succeededFuture();
  }

  private void renew() {
    link.send("PEXPIRE", Keys.join(), TTL_MS).onFailure(this::without);
  }

  /** Those behind the first join together, when that one is a member, or gone. */
  private Future<Void> behind(long until) {
    return link.send("GET", Keys.join())
        .compose(
            holder -> {
              first = holder.textIfAny();
              return first == null || System.nanoTime() > until
                  ? Future.succeededFuture()
                  : vertx.timer(LOOK_MS).compose(now -> behind(until));
            });
  }

  private Void without(Throwable failure) {
    LOG.debug("Joining without a turn: {}", failure.getMessage());
    return null;
  }
}
