package dev.holdfast.app.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.embedded.EmbeddedRedisConfig.Fsync;
import dev.holdfast.limits.Amounts;
import dev.holdfast.limits.Limit;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.attacks.AttackTable;
import dev.holdfast.testkit.attacks.Attacker;
import dev.holdfast.testkit.attacks.Bystanders;
import dev.holdfast.testkit.attacks.Outcome;
import dev.holdfast.testkit.attacks.Play;
import dev.holdfast.testkit.attacks.kinds.Attack;
import dev.holdfast.testkit.attacks.kinds.Attacks;
import dev.holdfast.testkit.client.WsTestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attack suite, on three nodes with the limits that a node has by default. {@code
 * -Dholdfast.attacks} says which: {@code ci}, {@code all}, {@code doors}, or parts of names; {@code
 * -Dholdfast.attacks.seconds} how long each, {@code .window} how long before and after it others
 * are measured, {@code .rehearsal} how long each is played before anything is measured, so that the
 * compiler has seen it, {@code .busy} how many threads of the attacker compute all the time, {@code
 * .p99} by which factor their p99 may grow; without it, that is only reported. Its tables are in
 * {@code target/attacks.md}.
 */
@ExtendWith(ClusterExtension.class)
@TestMethodOrder(OrderAnnotation.class)
class AttacksIT {
  private static final Logger LOG = LoggerFactory.getLogger(AttacksIT.class);
  private static final String WANTED = System.getProperty("holdfast.attacks", "ci");
  private static final boolean SHORT = WANTED.equals("ci");
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("holdfast.attacks.seconds", SHORT ? 1 : 60));
  private static final Duration WINDOW = SHORT ? Duration.ofMillis(300) : window();
  private static final Duration REHEARSAL =
      Duration.ofSeconds(Integer.getInteger("holdfast.attacks.rehearsal", 0));
  private static final String FACTOR = System.getProperty("holdfast.attacks.p99", "");
  private static final AttackTable TABLE =
      new AttackTable(FACTOR.isEmpty() ? 1.2 : Double.parseDouble(FACTOR));

  /** Of all nodes. */
  @TempDir private static Path files;

  private static TestCluster cluster;
  private static Attacker attacker;

  private static Duration window() {
    int seconds = (int) Math.min(TIME.getSeconds(), 10);
    return Duration.ofSeconds(Integer.getInteger("holdfast.attacks.window", seconds));
  }

  @BeforeAll
  static void start() {
    TestRedis redis = TestRedis.own(Fsync.EVERYSEC);
    redis.call("CONFIG", "SET", "maxmemory", "1gb");
    int busy = Integer.getInteger("holdfast.attacks.busy", 0);
    attacker = Attacker.start(Path.of("target", "attacker.log"), busy);
    cluster = TestCluster.start(asByDefault(), redis);
  }

  /** Tests have far wider limits otherwise. */
  private static ClusterOptions asByDefault() {
    ClusterOptions options =
        ClusterOptions.of(3)
            .with("gateway.publishRate", 100)
            .with("gateway.heartbeat", "20s")
            .with("gateway.sockets.perAddress", 200)
            .with("gateway.operatorTenant", Quota.OPERATORS)
            .with("files.folder", files.resolve("content").toString())
            .with("lease.lease", "10s");
    for (Limit limit : Limit.values()) {
      options =
          options
              .with("limits.tenant." + limit.key(), Amounts.TENANT.of(limit))
              .with("limits.user." + limit.key(), Amounts.USER.of(limit));
    }
    return options;
  }

  @Order(0)
  @TestFactory
  Stream<DynamicTest> oneUserTakesNothingFromOtherTenants() {
    var scale = new Play.Scale(2, 3, 60, TIME, WINDOW);
    return Attacks.of(WANTED).stream()
        .map(attack -> DynamicTest.dynamicTest(attack.name(), () -> play(scale, attack)));
  }

  @Order(1)
  @Test
  void oneHostileTenantOfTwentyTakesNothingFromTheOthers() throws IOException {
    var scale = new Play.Scale(19, SHORT ? 3 : 20, SHORT ? 60 : 40, TIME, WINDOW);
    play(scale, Attacks.of(Attacks.AT_ONCE).get(0));
  }

  private static void play(Play.Scale scale, Attack attack) throws IOException {
    cluster.startAll();
    if (!REHEARSAL.isZero()) {
      Play.of(cluster, attacker, scale.lasting(REHEARSAL), attack);
    }
    Outcome outcome = Play.of(cluster, attacker, scale, attack);
    TABLE.add(outcome);
    Files.writeString(Path.of("target", "attacks.md"), TABLE.text());
    assertEquals(List.of(), outcome.violations(), () -> cluster.logTails());
  }

  /** On a machine that does nothing else; it says little where attacks last a second. */
  @Order(2)
  @Test
  @EnabledIfSystemProperty(named = "holdfast.attacks.p99", matches = ".+")
  void nobodyWasSlowedByMoreThanTheFactor() {
    assertEquals(List.of(), TABLE.slowed(), TABLE::text);
  }

  /** Otherwise the others could say nothing. */
  @Test
  void whatIsAnotherTenantsWouldBeNoticed() {
    try (var bystanders = Bystanders.of(cluster, 2, 2, 10)) {
      assertEquals(List.of(), bystanders.errors());
      WsTestClient forger = cluster.client(bystanders.tenant(), "forger");
      Traffic.await(forger.connect());
      Traffic.await(forger.publish(Bystanders.TOPIC, "said", Map.of("tenant", "another")));
      bystanders.round(Duration.ofSeconds(30));
      List<String> errors = bystanders.errors();
      assertEquals(2, errors.size(), errors::toString);
      assertTrue(errors.get(0).contains("not its tenant's"), errors::toString);
      forger.close();
    }
  }

  @ParameterizedTest
  @EnumSource(Limit.class)
  void aLimitOfZeroIsARefusalByNameAndAnEnormousOneIsNone(Limit limit) throws Exception {
    String tenant = "z-" + Ids.fresh();
    try (var quota = new Quota(cluster, tenant)) {
      var user = new LimitedUser(cluster, cluster.node(2), tenant);
      quota.set("user." + limit.key(), 0);
      String refused = user.does(limit);
      assertTrue(Set.of("rate_limited", "limit_exceeded").contains(refused), refused);
      assertEquals("", patiently(new LimitedUser(cluster, cluster.node(2), "y" + tenant), limit));

      quota.set("user." + limit.key(), Amounts.MOST);
      // What is retained is asked again once a second.
      Awaitility.await().until(() -> user.does(limit).isEmpty());
    }
  }

  /** Asks again if a token of the rate came late, as it may on a slow machine. */
  private static String patiently(LimitedUser user, Limit limit) {
    return Awaitility.await()
        .until(() -> user.does(limit), answer -> !answer.equals("rate_limited"));
  }

  @Test
  void threeNodesTogetherGiveAUserItsRate() throws Exception {
    try (var quota = new Quota(cluster, "t-" + Ids.fresh())) {
      quota.set("user.publications", 300);
      quota.flood(Duration.ofSeconds(3));
      double most = 1.05 * 300 * quota.seconds() + 300 / 4.0 + 3;
      double least = 0.85 * 300 * quota.seconds();
      long taken = quota.taken();
      assertTrue(taken >= least && taken <= most, taken + " of " + least + " to " + most);
    }
  }

  @Test
  void threeNodesTogetherGiveAUserItsConnections() throws Exception {
    try (var quota = new Quota(cluster, "t-" + Ids.fresh())) {
      quota.set("user.connections", 40);
      long had = quota.connect(75);
      assertTrue(had >= 40 && had <= 42, "has " + had);
    }
  }

  @Test
  void threeNodesTogetherLetAUserHaveItsChannels() throws Exception {
    try (var quota = new Quota(cluster, "t-" + Ids.fresh())) {
      quota.set("user.retainedChannels", 100);
      long had = quota.begin(210);
      assertTrue(had >= 90 && had <= 105, "has " + had);
    }
  }

  @AfterAll
  static void stop() {
    attacker.close();
    cluster.close();
    LOG.info("Attacks:\n{}", TABLE.text());
  }
}
