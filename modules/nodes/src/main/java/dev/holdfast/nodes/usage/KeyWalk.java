package dev.holdfast.nodes.usage;

import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Walks through keys by SCAN, some at a time, with pauses of three times as long as it worked: it
 * takes a quarter of one client's share of Redis at the most. What is there all the time is met
 * once at least. Confined to its link's context.
 */
final class KeyWalk {
  private static final int AT_ONCE = 500;
  private static final int PAUSE = 3;
  private static final String BEGIN = "0";

  private final Vertx vertx;
  private final RedisLink link;
  private final String pattern;

  KeyWalk(Vertx vertx, RedisLink link, String pattern) {
    this.vertx = vertx;
    this.link = link;
    this.pattern = pattern;
  }

  /**
   * @param cursor where to go on; empty: at the beginning
   * @param visit gets keys, some of them more than once
   * @param enough asked after each step
   * @return where to go on; none at the end
   */
  Future<@Nullable String> run(
      String cursor, Function<List<String>, Future<?>> visit, BooleanSupplier enough) {
    long begun = System.nanoTime();
    return link.send("SCAN", cursor.isEmpty() ? BEGIN : cursor, "MATCH", pattern, "COUNT", AT_ONCE)
        .compose(
            page ->
                visit
                    .apply(page.at(1).list().stream().map(Reply::asText).toList())
                    .compose(done -> goOn(page.at(0).asText(), begun, visit, enough)));
  }

  private Future<@Nullable String> goOn(
      String next, long begun, Function<List<String>, Future<?>> visit, BooleanSupplier enough) {
    if (next.equals(BEGIN)) {
      return Future.succeededFuture(null);
    }
    if (enough.getAsBoolean()) {
      return Future.succeededFuture(next);
    }
    long pause = PAUSE * TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    return vertx.timer(Math.max(1, pause)).compose(now -> run(next, visit, enough));
  }
}
