package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ConsumerMessage.Claim;
import dev.holdfast.channels.ConsumerMessage.Claimed;
import dev.holdfast.channels.ConsumerRef;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class ConsumerStoreIT {
  private static final Caller SERVICE = new Caller.Service("test", "1", Set.of("*"), Set.of());
  private static final long LEASE = 60_000;

  private final Vertx vertx = Vertx.vertx();
  private final Channel channel =
      new Channel("t" + Ids.fresh().replace('-', 'x'), ChannelName.system("sessions"));
  private RedisLink link;
  private ChannelStore logs;
  private ConsumerStore store;
  private long n;

  @BeforeEach
  void open(TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = Await.get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
    logs = new ChannelStore(link, ChannelsConfig.DEFAULT);
    store = new ConsumerStore(link);
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  private Position append() {
    byte[] body = "\"event\":\"e\",\"data\":1".getBytes(StandardCharsets.UTF_8);
    return Await.get(logs.append(channel, new Publisher("p", 1), ++n, body)).result().position();
  }

  private Claimed claim(String name, String owner, boolean earliest) {
    return Await.get(store.claim(new Claim(SERVICE, channel, name, owner, LEASE, earliest)));
  }

  private ConsumerRef claimed(String owner) {
    Claimed claimed = claim("audit", owner, true);
    assertFalse(claimed.held());
    return new ConsumerRef(channel, "audit", owner, claimed.generation());
  }

  private boolean commit(ConsumerRef ref, Position cursor) {
    return Await.get(store.commit(ref, cursor, LEASE));
  }

  /** As it stands after this many ms without a sign of its holder. */
  private void expireLease() {
    Await.get(link.send("HSET", Keys.consumer(channel, "audit"), "x", 1));
  }

  private Position cursorAfterRelease(ConsumerRef ref) {
    Await.get(store.release(ref));
    return claim("audit", "reader-" + Ids.fresh(), true).cursor();
  }

  @Test
  void beginsBeforeTheFirstEntryOrAtTheTop() {
    Position first = append();
    Position second = append();

    assertEquals(first.at(0), claim("all", "a", true).cursor());
    assertEquals(second, claim("new", "a", false).cursor());
  }

  @Test
  void beginsInALogThatIsYetToCome() {
    Position cursor = claim("audit", "a", true).cursor();

    assertEquals(0, cursor.seq());
    assertEquals(cursor.at(1), append());
  }

  /** It was held for the hour that the clock went back, by a reader that had died. */
  @Test
  void aLeaseOfBeforeTheClockWasSetBackEndsAsOneThatIsRenewedNow() {
    claimed("a");
    long hour = 3_600_000;
    Await.get(link.send("HINCRBY", Keys.consumer(channel, "audit"), "x", hour));

    assertEquals(LEASE, claim("audit", "b", true).heldFor());
    assertTrue(claim("audit", "b", true).heldFor() <= LEASE);
  }

  @Test
  void onlyOneHoldsItUntilItsLeaseExpires() {
    ConsumerRef first = claimed("a");
    Claimed refused = claim("audit", "b", true);
    expireLease();
    ConsumerRef second = claimed("b");

    assertTrue(refused.held());
    assertTrue(refused.heldFor() > 0 && refused.heldFor() <= LEASE);
    assertEquals(first.generation() + 1, second.generation());
  }

  @Test
  void aReleasedLeaseIsFreeAtOnce() {
    ConsumerRef first = claimed("a");
    Await.get(store.release(first));

    assertFalse(claim("audit", "b", true).held());
  }

  @Test
  void whoLostItCanNeitherCommitNorRelease() {
    Position top = append();
    ConsumerRef first = claimed("a");
    expireLease();
    ConsumerRef second = claimed("b");

    assertFalse(commit(first, top));
    Await.get(store.release(first));
    assertTrue(claim("audit", "c", true).held());
    assertTrue(commit(second, null));
    assertEquals(top.at(0), cursorAfterRelease(second));
  }

  @Test
  void aLostAnswerToAClaimCanBeAskedForAgain() {
    ConsumerRef first = claimed("a");
    ConsumerRef again = claimed("a");

    assertFalse(commit(first, null));
    assertTrue(commit(again, null));
  }

  @Test
  void aLeaseThatRanOutAndThatNobodyTookIsRenewed() {
    ConsumerRef ref = claimed("a");
    expireLease();

    assertTrue(commit(ref, null));
    assertTrue(claim("audit", "b", true).held());
  }

  @Test
  void theCursorNeverMovesBack() {
    append();
    Position second = append();
    ConsumerRef ref = claimed("a");

    assertTrue(commit(ref, second));
    assertTrue(commit(ref, second.at(1)));

    assertEquals(second, cursorAfterRelease(ref));
  }

  @Test
  void theCursorGoesIntoANewerEpochAndNotIntoAnOlderOne() {
    Position before = append();
    ConsumerRef ref = claimed("a");
    Await.get(link.send("HSET", Keys.meta(channel), "r", "another-server"));
    Position after = append();
    assertNotEquals(before.epoch(), after.epoch());

    assertTrue(commit(ref, before));
    assertTrue(commit(ref, after.at(1)));
    assertTrue(commit(ref, before.at(9)));
    assertTrue(commit(ref, new Position("unknown", 99)));

    assertEquals(after.at(1), cursorAfterRelease(ref));
  }

  @Test
  void keepsSoManyNamesPerChannelAndForgetsThoseOutOfUse() {
    for (int i = 0; i < ConsumerStore.MAX_NAMES; i++) {
      claim("c" + i, "a", true);
    }
    var refused = assertThrows(HoldfastException.class, () -> claim("more", "a", true));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refused.code());
    assertFalse(claim("c0", "a", true).held());

    Await.get(link.send("ZADD", Keys.consumers(channel), 1, "c7"));

    assertFalse(claim("more", "a", true).held());
  }

  @Test
  void nothingOfItStaysForEver() {
    ConsumerRef ref = claimed("a");
    commit(ref, null);

    for (String key :
        new String[] {
          Keys.consumer(channel, "audit"), Keys.consumers(channel), Keys.meta(channel)
        }) {
      long ttl = Await.get(link.send("PTTL", key)).asLong();
      assertTrue(ttl > 600_000_000 && ttl <= 604_800_000, key + " " + ttl);
    }
  }
}
