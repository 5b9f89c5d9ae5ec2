package dev.holdfast.channels.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.Retention;
import dev.holdfast.channels.retained.Amount;
import dev.holdfast.channels.retained.RetainedLimits;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.Relay;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is counted comes back to the truth, whatever became of nodes and data. */
@ExtendWith(RedisExtension.class)
class RetainedFaultsIT {
  private static final int MOST = 600;
  private static final long MUCH = 1L << 40;

  private final String tenant = "t" + Ids.fresh();
  private final Caller ann = RetainedNode.user(tenant, "ann");
  private final Caller bob = RetainedNode.user(tenant, "bob");
  private final RetainedLimits limits =
      new RetainedLimits(new Amount(1_000_000, MUCH), new Amount(MOST, MUCH));
  private final Lane toRedis = new Lane("to Redis");
  private final List<RetainedNode> nodes = new ArrayList<>();
  private Relay relay;

  private RetainedNode node(String uri, Retention topics, Function<String, RetainedLimits> held) {
    var config = new ChannelsConfig(Map.of("topic", topics), null, null, null, null, 0, 0, null);
    var node = new RetainedNode(uri, config, held);
    nodes.add(node);
    return node;
  }

  /** One that dies for Redis, and for all others, once its lane is cut. */
  private RetainedNode mortal(TestRedis redis, Retention topics) {
    relay = Relay.toRedis(redis.uri(), toRedis, new Lane("from Redis"));
    return node(relay.redisUri(), topics, any -> limits);
  }

  private static Retention age(int seconds) {
    return new Retention(0, 0, seconds == 0 ? null : Duration.ofSeconds(seconds));
  }

  @AfterEach
  void stop() {
    nodes.forEach(RetainedNode::close);
    if (relay != null) {
      relay.close();
    }
  }

  private Channel topic(String name) {
    return new Channel(tenant, ChannelName.topic(name));
  }

  /** To fresh channels, all at once. */
  private int begin(RetainedNode node, int channels) {
    List<Future<Result>> all = new ArrayList<>();
    for (int i = 0; i < channels; i++) {
      all.add(node.publish(topic("c" + Ids.fresh()), ann, 10));
    }
    return (int) all.stream().filter(one -> Await.get(one).refused() == null).count();
  }

  /** What Redis has of a user; null: of the tenant. */
  private Map<String, String> kept(TestRedis redis, String user) {
    String all = redis.call("HGETALL", Keys.retained(tenant, user));
    String[] rows = all == null ? new String[0] : all.split("\n");
    Map<String, String> kept = new HashMap<>();
    for (int i = 0; i + 1 < rows.length; i += 2) {
      kept.put(rows[i], rows[i + 1]);
    }
    return kept;
  }

  /**
   * What counts until a time that is to come.
   *
   * @param what 'c' or 'b'
   */
  private static long sum(TestRedis redis, Map<String, String> kept, char what) {
    long now = Long.parseLong(redis.call("TIME").split("\n")[0]) * 1_000;
    return kept.entrySet().stream()
        .filter(row -> row.getKey().matches(what + "\\d+"))
        .filter(row -> Long.parseLong(row.getKey().substring(1)) > now)
        .mapToLong(row -> Long.parseLong(row.getValue()))
        .sum();
  }

  private long counted(TestRedis redis, String user, char what) {
    return sum(redis, kept(redis, user), what);
  }

  /** The field of the only node that has a claim. */
  private static String claimant(Map<String, String> kept) {
    return kept.keySet().stream().filter(name -> name.startsWith("@")).findAny().orElseThrow();
  }

  /** As ten minutes later, when Redis takes a claim for over. */
  private void outlive(TestRedis redis, String claimant) {
    String[] claim = kept(redis, "ann").get(claimant).split(" ");
    claim[3] = "1000";
    redis.call("HSET", Keys.retained(tenant, "ann"), claimant, String.join(" ", claim));
  }

  /** A node had stored what it had not reported yet: that is in its claim, which Redis knows. */
  @Repeatedly
  void aNodeThatDiesTakesAtMostItsClaimAlong(TestRedis redis) {
    RetainedNode dying = mortal(redis, age(0));
    int stored = begin(dying, 100);
    while (counted(redis, "ann", 'c') >= stored && stored < MOST) {
      stored += begin(dying, 1);
    }
    toRedis.cut();
    Map<String, String> kept = kept(redis, "ann");
    String dead = claimant(kept);
    long claim = Long.parseLong(kept.get(dead).split(" ")[0]);
    long lost = stored - sum(redis, kept, 'c');
    assertTrue(lost <= claim, lost + " of a claim of " + claim);

    RetainedNode living = node(redis.uri(), age(0), any -> limits);
    stored += begin(living, MOST);
    assertTrue(stored >= 0.9 * MOST && stored <= 1.05 * MOST, stored + " of " + MOST);
    outlive(redis, dead);
    int before = stored;
    while (lost > 0 && stored == before) {
      stored += begin(living, 1);
    }
    stored += begin(living, MOST);
    assertTrue(stored <= 1.05 * MOST + lost, stored + " with " + lost + " of the dead one");
  }

  /** Neither what a dead node stored nor what it had claimed is in the way for ever. */
  @Repeatedly
  void afterTheAgeOfItsLogsNothingIsLeftOfADeadNode(TestRedis redis) {
    RetainedNode dying = mortal(redis, age(2));
    begin(dying, MOST + 100);
    toRedis.cut();
    RetainedNode living = node(redis.uri(), age(2), any -> limits);
    Await.until("nothing is counted", () -> counted(redis, "ann", 'c') == 0);
    outlive(redis, claimant(kept(redis, "ann")));
    int again = begin(living, MOST + 100);
    assertTrue(again >= 0.95 * MOST, again + " of " + MOST);
  }

  /** Logs of before nodes counted, and entries that say nobody's name. */
  @Repeatedly
  void whatWasStoredBeforeCountsFromTheNextPublicationOn(TestRedis redis) {
    var ten = new Retention(10, 0, null);
    RetainedNode before = node(redis.uri(), ten, null);
    for (int i = 0; i < 8; i++) {
      assertNull(Await.get(before.publish(topic("old"), ann, 100)).refused());
    }
    RetainedNode now = node(redis.uri(), ten, any -> limits);
    for (int i = 0; i < 5; i++) {
      assertNull(Await.get(now.publish(topic("old"), bob, 100)).refused());
    }
    // Beside it one of before still runs, as while nodes are replaced one by one.
    assertNull(Await.get(before.publish(topic("old"), ann, 100)).refused());
    assertNull(Await.get(now.publish(topic("old"), bob, 100)).refused());
    nodes.remove(now);
    now.close();

    assertEquals(1, counted(redis, null, 'c'));
    String bytes = redis.call("HGET", Keys.meta(topic("old")), "z");
    assertEquals(Long.parseLong(bytes), counted(redis, null, 'b'));
    assertEquals(0, counted(redis, "ann", 'b'));
    assertEquals(6 * Long.parseLong(bytes) / 10, counted(redis, "bob", 'b'));
  }

  /** A fail-over to a server that was behind: its counts are those of its logs. */
  @Repeatedly
  void olderDataHaveTheCountsOfThen(@OwnRedis TestRedis redis) {
    RetainedNode first = node(redis.uri(), age(0), any -> limits);
    int stored = begin(first, 50);
    nodes.remove(first);
    first.close();
    assertEquals(stored, counted(redis, "ann", 'c'));
    Path copy = redis.copyData();
    RetainedNode second = node(redis.uri(), age(0), any -> limits);
    int lost = begin(second, 20);

    redis.restoreFrom(copy);
    Await.until("it goes on", () -> begins(second));
    nodes.remove(second);
    second.close();

    long counted = counted(redis, "ann", 'c');
    assertTrue(counted > stored && counted <= stored + lost + 1, counted + " of " + stored);
    RetainedNode third = node(redis.uri(), age(0), any -> limits);
    int more = begin(third, MOST);
    assertEquals(MOST - counted, more, 0.05 * MOST);
  }

  private boolean begins(RetainedNode node) {
    try {
      return begin(node, 1) == 1;
    } catch (RuntimeException away) {
      return false;
    }
  }
}
