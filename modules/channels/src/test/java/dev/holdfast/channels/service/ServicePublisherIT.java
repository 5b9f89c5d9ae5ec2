package dev.holdfast.channels.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publication;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.channels.fanout.HubFixture;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class ServicePublisherIT {
  private TestRedis redis;
  private HubFixture node;
  private ServicePublisher publisher;

  @BeforeEach
  void open(@OwnRedis TestRedis own) {
    redis = own;
    node = new HubFixture(own.uri(), ChannelsConfig.DEFAULT);
    publisher = fresh();
  }

  private ServicePublisher fresh() {
    Duration request = Duration.ofMillis(500);
    var config = new ServicePublisherConfig(request, Duration.ofSeconds(20), 0);
    return new ServicePublisher(node.bus, node.service, config);
  }

  @AfterEach
  void close() {
    node.close();
  }

  private List<Future<Position>> publish(int from, int to) {
    List<Future<Position>> all = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      all.add(publisher.publish(node.channel, "e", String.valueOf(i)));
    }
    return all;
  }

  private void assertStoredOnceInOrder(int last) {
    var history = new ChannelMessage.History(node.service, node.channel, null, 1_000);
    // Pages are read over a link of their own, which may come back later.
    Await.until("it is read", () -> isDone(node.client.ask(history)));
    List<Publication> stored = Await.get(node.client.ask(history)).publications();
    assertEquals(
        LongStream.rangeClosed(1, last)
            .mapToObj(i -> "{\"event\":\"e\",\"data\":" + i + ",\"from\":{\"service\":\"test\"}}")
            .toList(),
        stored.stream().map(Publication::json).toList());
  }

  private static boolean isDone(Future<?> future) {
    return Await.get(future.map(true).otherwise(false));
  }

  @Test
  void answersPositionsInTheOrderOfTheCalls() {
    List<Future<Position>> all = publish(1, 500);

    Await.get(Future.all(all));

    assertEquals(
        LongStream.rangeClosed(1, 500).boxed().toList(),
        all.stream().map(each -> each.result().seq()).toList());
    assertStoredOnceInOrder(500);
  }

  @Test
  void storesOnceAndInOrderOverLostAnswers() {
    Await.get(Future.all(publish(1, 10)));
    redis.pause();
    List<Future<Position>> unanswered = publish(11, 300);
    Await.until("requests were sent again", () -> node.count("holdfast.publications") > 30);
    redis.resume();

    Await.get(Future.all(unanswered));

    assertStoredOnceInOrder(300);
  }

  @Test
  void goesOnAfterAKillOfRedis() {
    Await.get(Future.all(publish(1, 50)));
    redis.kill();
    List<Future<Position>> later = publish(51, 100);
    redis.start();

    Await.get(Future.all(later));

    assertStoredOnceInOrder(100);
  }

  /** An event of a session's life cost a script of its own, two at each connect. */
  @Test
  void aBurstTakesOneScriptForManyPublications() {
    Await.get(publisher.publish(node.channel, "e", "1"));
    long before = scripts();

    Await.get(inOneRun(() -> Future.all(publish(2, 101))));

    long taken = scripts() - before;
    assertTrue(taken <= 10, () -> taken + " scripts for 100 publications");
    assertStoredOnceInOrder(101);
  }

  /** Publishes on the context of a publisher, so that all comes before any is sent. */
  private Future<?> inOneRun(Supplier<Future<?>> publishing) {
    Promise<Object> published = Promise.promise();
    node.vertx.runOnContext(
        now -> {
          publisher = fresh();
          publishing.get().<Object>mapEmpty().onComplete(published);
        });
    return published.future();
  }

  private long scripts() {
    String stats = Await.get(node.link.send("INFO", "commandstats")).asText();
    Matcher calls = Pattern.compile("cmdstat_evalsha:calls=(\\d+)").matcher(stats);
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  @Test
  void renumbersWhenTheStoreHasForgottenIt() {
    Await.get(Future.all(publish(1, 5)));
    Await.get(
        node.link.send(
            "EVAL",
            "for _, k in ipairs(redis.call('KEYS', '*:p-*')) do redis.call('DEL', k) end",
            0));

    Await.get(Future.all(publish(6, 9)));

    assertStoredOnceInOrder(9);
  }

  @Test
  void refusedPublicationDoesNotHoldUpThoseAfterIt() {
    var gone = new Channel(node.channel.tenant(), ChannelName.session("none"));

    var failure =
        assertThrows(HoldfastException.class, () -> Await.get(publisher.publish(gone, "e", "1")));
    assertEquals(ErrorCode.NOT_FOUND, failure.code());
    String key = Keys.session(gone.tenant(), "none");
    Await.get(node.link.send("HSET", key, "state", "detached"));

    assertEquals(1, Await.get(publisher.publish(gone, "e", "2")).seq());
  }

  @Test
  void refusesWhatIsNotOneJsonValue() {
    for (String bad : List.of("", "{", "1 2", "{\"a\":1,\"a\":2}", "nope", "[".repeat(65))) {
      var failure =
          assertThrows(
              HoldfastException.class, () -> Await.get(publisher.publish(node.channel, "e", bad)));
      assertEquals(ErrorCode.BAD_REQUEST, failure.code());
    }
  }
}
