package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Several publications in one script answer as they would one by one. */
@ExtendWith(RedisExtension.class)
class SeveralAppendsIT {
  private final Vertx vertx = Vertx.vertx();
  private final Channel channel = new Channel("t" + Ids.fresh(), ChannelName.topic("news"));
  private final Publisher publisher = new Publisher("p-1", 1);
  private ChannelStore store;

  @BeforeEach
  void open(TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    RedisLink link = Await.get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
    store = new ChannelStore(link, ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  private static byte[] body(long n) {
    return ("\"event\":\"e\",\"data\":" + n).getBytes(StandardCharsets.UTF_8);
  }

  private List<Result> append(Publisher as, long first, long last) {
    List<byte[]> bodies =
        LongStream.rangeClosed(first, last).mapToObj(SeveralAppendsIT::body).toList();
    return Await.get(store.append(channel, as, first, bodies)).stream()
        .map(ChannelStore.Appended::result)
        .toList();
  }

  private Result append(long n) {
    return Await.get(store.append(channel, publisher, n, body(n))).result();
  }

  private List<Long> seqs(List<Result> results) {
    return results.stream().map(result -> result.position().seq()).toList();
  }

  private void assertStored(long last) {
    ChannelStore.Chunk read = Await.get(store.read(channel, null, 100));
    assertEquals(
        LongStream.rangeClosed(1, last).mapToObj(n -> new String(body(n))).toList(),
        read.entries().stream().map(entry -> new String(entry.body())).toList());
  }

  @Test
  void areStoredInTheirOrder() {
    List<Result> results = append(publisher, 1, 5);

    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), seqs(results));
    assertTrue(results.stream().noneMatch(Result::duplicate));
    assertEquals(6, append(6).position().seq());
    assertStored(6);
  }

  @Test
  void areStoredOnceWhenTheyComeTwiceOrInPart() {
    append(publisher, 1, 3);

    List<Result> again = append(publisher, 1, 3);
    List<Result> more = append(publisher, 2, 5);

    assertEquals(List.of(1L, 2L, 3L), seqs(again));
    assertTrue(again.stream().allMatch(Result::duplicate));
    assertEquals(List.of(2L, 3L, 4L, 5L), seqs(more));
    assertTrue(more.get(1).duplicate());
    assertFalse(more.get(2).duplicate());
    assertStored(5);
  }

  @Test
  void areAllRefusedIfTheySkipANumber() {
    append(1);

    List<Result> results = append(publisher, 3, 4);

    for (Result result : results) {
      assertEquals(ErrorCode.OUT_OF_SEQUENCE, result.refused());
      assertEquals(2, result.expected());
    }
    assertStored(1);
  }

  @Test
  void areAllRefusedOnceANewerGenerationPublished() {
    append(publisher, 1, 2);
    append(new Publisher("p-1", 2), 3, 4);

    assertEquals(
        List.of(ErrorCode.FENCED, ErrorCode.FENCED),
        append(publisher, 5, 6).stream().map(Result::refused).toList());
    assertStored(4);
  }
}
