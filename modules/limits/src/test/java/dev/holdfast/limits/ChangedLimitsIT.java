package dev.holdfast.limits;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What it costs to follow the limits of many tenants, and that nothing is missed. */
class ChangedLimitsIT {
  private static final Limits MANY =
      LimitsNode.limits(Limit.PUBLICATIONS, 1_000_000_000, 1_000_000_000);
  private static final Map<String, Long> NONE = Map.of("user.publications", 0L);

  private final TestRedis redis = TestRedis.own();
  private final Set<NodeId> live = LimitsNode.cluster();
  private final List<LimitsNode> nodes = new ArrayList<>();

  @AfterEach
  void stop() {
    nodes.forEach(LimitsNode::close);
    redis.close();
  }

  private LimitsNode node(Duration follow) {
    LimitsNode node = new LimitsNode(redis.uri(), MANY, live, follow);
    nodes.add(node);
    return node;
  }

  /** Each node asked for each tenant each time. */
  @Test
  void manyTenantsCostOneQuestionEachTime() {
    LimitsNode node = node(LimitsNode.FOLLOW);
    List<String> tenants = tenants(240);
    tenants.forEach(tenant -> node.publish(tenant, "ann", 1));
    await().until(() -> calls("hgetall") >= 240);
    long questions = calls("xrevrange");
    long reads = calls("hgetall");

    await()
        .until(
            () -> {
              tenants.forEach(tenant -> node.publish(tenant, "ann", 1)); // else they are forgotten
              return calls("xrevrange") >= questions + 10;
            });

    long read = calls("hgetall") - reads;
    assertTrue(read <= 2 * 240, read + " reads of settings in ten times");
  }

  @Test
  void aChangeThatIsNotNotedIsFollowedToo() {
    LimitsNode node = node(LimitsNode.FOLLOW);
    String tenant = Ids.fresh();
    node.publish(tenant, "ann", 1);
    await().until(() -> calls("xrevrange") > 1);
    redis.call("HSET", "hf:limits:{" + tenant + "}", "user.publications", "0");
    await().until(() -> node.publish(tenant, "ann", 1) == 0);
  }

  @Test
  void changesAreFollowedInARedisThatWentBack() {
    redis.call("XADD", "hf:limit-changes", "9999999999999-0", "t", "later");
    LimitsNode one = node(Duration.ofSeconds(2));
    LimitsNode other = node(Duration.ofSeconds(2));
    List<String> tenants = tenants(3);
    tenants.forEach(tenant -> other.publish(tenant, "ann", 1));
    await().until(() -> calls("xrevrange") >= 4);
    redis.startEmpty();
    await().until(() -> one.isBack() && other.isBack());

    tenants.forEach(tenant -> LimitsNode.get(one.limiter.settings().change(tenant, NONE)));

    await()
        .atMost(Duration.ofSeconds(8)) // all are read anew in 24 s
        .until(() -> tenants.stream().allMatch(each -> other.publish(each, "ann", 1) == 0));
  }

  /** More than the stream keeps. */
  @Test
  void manyChangesAtOnceAreFollowed() {
    LimitsNode one = node(Duration.ofSeconds(2));
    LimitsNode other = node(Duration.ofSeconds(2));
    String tenant = Ids.fresh();
    other.publish(tenant, "ann", 1);
    await().until(() -> calls("xrevrange") >= 4);

    LimitsNode.get(one.limiter.settings().change(tenant, NONE));
    tenants(1_300).forEach(each -> one.limiter.settings().change(each, NONE));

    await().atMost(Duration.ofSeconds(8)).until(() -> other.publish(tenant, "ann", 1) == 0);
  }

  private static List<String> tenants(int count) {
    return IntStream.range(0, count).mapToObj(i -> "t" + Ids.fresh()).toList();
  }

  private long calls(String command) {
    Matcher found =
        Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
            .matcher(redis.call("INFO", "commandstats"));
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }
}
