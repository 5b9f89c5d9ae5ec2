package dev.holdfast.channels.retained;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.channels.retained.RetainedStore.Answer;
import dev.holdfast.channels.retained.Share.Report;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Redis counts: once, whatever is reported twice or comes in another order. */
@ExtendWith(RedisExtension.class)
class RetainedStoreIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Amount MOST = new Amount(100, 10_000);

  private final Share share = new Share("t" + Ids.fresh(), "ann", System::nanoTime);
  private final Vertx vertx = Vertx.vertx();
  private RedisLink link;
  private RetainedStore one;
  private RetainedStore two;
  private long later;

  @BeforeEach
  void open(TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(PATIENCE);
    link = get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
    one = new RetainedStore(link, "one@1");
    two = new RetainedStore(link, "two@1");
    Reply time = get(link.send("TIME"));
    later = Long.parseLong(time.at(0).asText()) * 1_000 + 60_000;
  }

  @AfterEach
  void close() {
    get(vertx.close());
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Answer report(RetainedStore store, long version, Amount change, Amount wanted) {
    return get(store.report(share, new Report(version, Map.of(later, change), wanted), MOST));
  }

  /** The answer to the first one was lost. */
  @Test
  void whatIsReportedTwiceCountsOnce() {
    report(one, 1, new Amount(3, 300), Amount.NONE);
    Answer again = report(one, 1, new Amount(3, 300), Amount.NONE);
    assertEquals(new Amount(3, 300), again.counted());
    assertEquals(new Amount(5, 500), report(one, 2, new Amount(2, 200), Amount.NONE).counted());
  }

  @Test
  void nodesTogetherAreGrantedNoMoreThanThereMayBe() {
    assertEquals(
        new Amount(70, 7_000), report(one, 1, Amount.NONE, new Amount(70, 7_000)).granted());
    assertEquals(
        new Amount(25, 2_500), report(two, 1, new Amount(5, 500), new Amount(70, 7_000)).granted());
    report(one, 2, new Amount(10, 1_000), Amount.NONE);
    assertEquals(
        new Amount(85, 8_500), report(two, 2, Amount.NONE, new Amount(99, 9_999)).granted());
  }

  /** A log moves to a later time at one node before another reported its beginning. */
  @Test
  void whatIsTakenBackBeforeItCameIsRightInTheEnd() {
    report(two, 1, new Amount(-1, -100), Amount.NONE);
    assertEquals(Amount.NONE, report(one, 1, new Amount(1, 100), Amount.NONE).counted());
    String key = Keys.retained(share.tenant, share.user);
    assertEquals(0, get(link.send("HEXISTS", key, "c" + later)).asLong());
  }

  @Test
  void whatIsOverGoes() {
    String key = Keys.retained(share.tenant, share.user);
    get(link.send("HSET", key, "c1000", 7, "b1000", 700, "@dead@1", "50 5000 3 1000"));
    Answer answer = report(one, 1, new Amount(1, 100), new Amount(99, 9_900));
    assertEquals(new Amount(1, 100), answer.counted());
    assertEquals(new Amount(99, 9_900), answer.granted());
    assertEquals(3, get(link.send("HLEN", key)).asLong());
  }

  @Test
  void aLimitBelowWhatIsCountedGrantsNothing() {
    Answer answer = report(one, 1, new Amount(200, 50), new Amount(5, 50));
    assertEquals(new Amount(200, 50), answer.counted());
    assertEquals(new Amount(0, 50), answer.granted());
  }
}
