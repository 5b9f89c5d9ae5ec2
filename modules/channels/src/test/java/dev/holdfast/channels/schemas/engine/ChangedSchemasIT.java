package dev.holdfast.channels.schemas.engine;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What it costs to follow the schemas of many tenants, and that nothing is missed. */
class ChangedSchemasIT {
  private static final Duration SOON = Duration.ofMillis(500);

  /** All schemas are read anew in 24 s: what all nodes follow earlier was noted. */
  private static final Duration SLOW = Duration.ofSeconds(2);

  private static final Duration EARLIER = Duration.ofSeconds(18);

  private final TestRedis redis = TestRedis.own();
  private final List<SchemasNode> nodes = new ArrayList<>();

  @AfterEach
  void stop() {
    nodes.forEach(SchemasNode::close);
    redis.close();
  }

  private SchemasNode node(Duration follow) {
    SchemasNode node = new SchemasNode(redis.uri(), follow);
    nodes.add(node);
    return node;
  }

  /** Each node asked for each tenant each time. */
  @Test
  void manyTenantsCostOneQuestionEachTime() {
    SchemasNode node = node(SOON);
    List<String> tenants = tenants(240);
    tenants.forEach(node::refuses);
    long reads = reads();

    for (int i = 0; i < 6; i++) {
      long questions = calls("xrevrange");
      await().atMost(Duration.ofSeconds(60)).until(() -> calls("xrevrange") > questions);
      tenants.forEach(node::refuses);
    }

    long read = reads() - reads;
    assertTrue(read <= 3 * 240, read + " reads of schemas in six times");
  }

  @Test
  void aChangeThatIsNotNotedIsFollowedToo() {
    SchemasNode node = node(Duration.ofMillis(100));
    String tenant = tenants(1).get(0);
    assertFalse(node.refuses(tenant));
    String key = "hf:schemas:{" + tenant + "}";
    redis.call("HSET", key, "e@1", SchemasNode.NULL_ONLY, "#", "r1");
    await().atMost(Duration.ofSeconds(60)).until(() -> node.refuses(tenant));
  }

  @Test
  void changesOfAnotherNodeAreFollowed() {
    SchemasNode one = node(SLOW);
    SchemasNode other = node(SLOW);
    List<String> tenants = tenants(24);
    assertTrue(tenants.stream().noneMatch(other::refuses));

    tenants.forEach(one::register);
    assertTrue(tenants.stream().allMatch(one::refuses), "at once where it is made");
    await().atMost(EARLIER).until(() -> refusing(other, tenants) == 24);

    one.remove(tenants.get(0));
    assertFalse(one.refuses(tenants.get(0)), "at once where it is made");
    await().atMost(EARLIER).until(() -> !other.refuses(tenants.get(0)));
  }

  @Test
  void changesAreFollowedInARedisThatWentBack() {
    redis.call("XADD", "hf:schema-changes", "9999999999999-0", "t", "later");
    SchemasNode one = node(SLOW);
    SchemasNode other = node(SLOW);
    List<String> tenants = tenants(24);
    tenants.forEach(one::register);
    assertTrue(tenants.stream().allMatch(other::refuses));
    redis.startEmpty();
    await().atMost(Duration.ofSeconds(60)).until(() -> one.isBack() && other.isBack());

    for (SchemasNode node : nodes) {
      await().ignoreExceptions().until(() -> refusing(node, tenants) == 0);
    }
    tenants.forEach(one::register);
    await().atMost(EARLIER).until(() -> refusing(other, tenants) == 24);
  }

  /** More than the stream keeps. */
  @Test
  void manyChangesAtOnceAreFollowed() {
    SchemasNode one = node(SLOW);
    SchemasNode other = node(SLOW);
    List<String> tenants = tenants(24);
    assertTrue(tenants.stream().noneMatch(other::refuses));

    tenants.forEach(one::register);
    String others = "for i = 1, 1300 do redis.call('XADD', KEYS[1], '*', 't', 'x' .. i) end";
    redis.call("EVAL", others, "1", "hf:schema-changes");

    await().atMost(EARLIER).until(() -> refusing(other, tenants) == 24);
  }

  /** A full Redis takes no note. */
  @Test
  void whatAddsNothingIsDoneWhileRedisIsFull() {
    SchemasNode node = node(SLOW);
    List<String> tenants = tenants(2);
    tenants.forEach(node::register);
    redis.call("CONFIG", "SET", "maxmemory", "1");

    node.register(tenants.get(0));
    node.remove(tenants.get(1));

    assertTrue(node.refuses(tenants.get(0)));
    assertFalse(node.refuses(tenants.get(1)));
  }

  private static long refusing(SchemasNode node, List<String> tenants) {
    return tenants.stream().filter(node::refuses).count();
  }

  private static List<String> tenants(int count) {
    return IntStream.range(0, count).mapToObj(i -> "t" + Ids.fresh()).toList();
  }

  private long reads() {
    return calls("hget") + calls("hgetall");
  }

  private long calls(String command) {
    Matcher found =
        Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
            .matcher(redis.call("INFO", "commandstats"));
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }
}
