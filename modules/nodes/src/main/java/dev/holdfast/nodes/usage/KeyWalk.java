package dev.holdfast.nodes.usage;

import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Shard;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Walks through keys by SCAN, some at a time, with pauses of three times as long as it worked: it
 * takes a quarter of one client's share of Redis at the most. What is there all the time is met
 * once at least; in a cluster, unless its slot moves meanwhile. Confined to its link's context.
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
    return step(cursor)
        .compose(
            page ->
                visit.apply(page.keys()).compose(done -> goOn(page.next(), begun, visit, enough)));
  }

  /**
   * Some keys.
   *
   * @param next where to go on; empty: these were the last ones
   */
  record Page(List<String> keys, String next) {}

  /**
   * Finds some keys, without a pause.
   *
   * @param cursor where to go on; empty: at the beginning
   */
  Future<Page> step(String cursor) {
    List<Shard> shards = shards();
    if (shards.isEmpty()) {
      return Future.succeededFuture(new Page(List.of(), ""));
    }
    int place = place(shards, cursor);
    int at = Math.max(0, place);
    String from = place < 0 ? BEGIN : cursor.replaceFirst("@.*", "");
    return shards
        .get(at)
        .send("SCAN", from, "MATCH", pattern, "COUNT", AT_ONCE)
        .map(
            page ->
                new Page(
                    page.at(1).list().stream().map(Reply::asText).toList(),
                    next(shards, at, page.at(0).asText())));
  }

  /** Returns all shards in an order that stays. */
  private List<Shard> shards() {
    List<Shard> shards = new ArrayList<>(link.shards());
    if (shards.size() > 1) {
      shards.sort(Comparator.comparing(shard -> shard.address().toString()));
    }
    return shards;
  }

  /**
   * Returns the shard at which a walk goes on; -1: it begins, as does one whose shard is gone.
   *
   * @param cursor the server's own; in a cluster with @ and the server's address behind it
   */
  private static int place(List<Shard> shards, String cursor) {
    int mark = cursor.indexOf('@');
    if (mark < 0) {
      return cursor.isEmpty() || shards.size() != 1 ? -1 : 0;
    }
    String address = cursor.substring(mark + 1);
    for (int i = 0; i < shards.size(); i++) {
      if (shards.get(i).address().toString().equals(address)) {
        return i;
      }
    }
    return -1;
  }

  /** Returns where to go on after a page; empty: it was the last one. */
  private static String next(List<Shard> shards, int at, String cursor) {
    if (shards.size() == 1) {
      return cursor.equals(BEGIN) ? "" : cursor;
    }
    int shard = cursor.equals(BEGIN) ? at + 1 : at;
    return shard == shards.size() ? "" : cursor + "@" + shards.get(shard).address();
  }

  private Future<@Nullable String> goOn(
      String next, long begun, Function<List<String>, Future<?>> visit, BooleanSupplier enough) {
    if (next.isEmpty()) {
      return Future.succeededFuture(null);
    }
    if (enough.getAsBoolean()) {
      return Future.succeededFuture(next);
    }
    return pause(System.nanoTime() - begun).compose(now -> run(next, visit, enough));
  }

  /**
   * Leaves Redis to the others.
   *
   * @param worked for how many ns it was used
   */
  Future<Void> pause(long worked) {
    return vertx.timer(Math.max(1, PAUSE * TimeUnit.NANOSECONDS.toMillis(worked))).mapEmpty();
  }
}
