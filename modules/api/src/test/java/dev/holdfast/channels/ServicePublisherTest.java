package dev.holdfast.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.ChannelMessage.Publish;
import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServicePublisherTest {
  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final Channel channel = new Channel("t1", ChannelName.topic("news"));
  private final List<Publish> requests = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  /**
   * A request had waited at a node that stood still; another node refused the same publications, as
   * Redis was full. The first request stored them later, and the publications that had got their
   * numbers were taken for those: acknowledged, and stored nowhere.
   */
  @Test
  void aNumberThatIsGivenToAnotherPublicationIsOfANewerGeneration() throws Exception {
    await(bus.serve(ChannelMessage.ADDRESS, this::refusesTheFirst).completion());
    var publisher =
        new ServicePublisher(bus, new Caller.Service("test", "1", Set.of("*"), Set.of()));

    Future<Position> refused = publisher.publish(channel, "e", "1");
    Future<Position> second = publisher.publish(channel, "e", "2");
    Future<Position> third = publisher.publish(channel, "e", "3");

    assertEquals(new Position("e1", 1), await(second));
    await(third);
    assertTrue(refused.failed());
    Publish again = requests.get(1);
    assertEquals(1, again.items().get(0).n());
    assertEquals(1, again.items().size(), "another one may be stored before it");
    assertEquals(
        requests.get(0).publisher().generation() + 1, again.publisher().generation(), "generation");
  }

  private Future<Published> refusesTheFirst(ChannelMessage<?> message) {
    Publish publish = (Publish) message;
    requests.add(publish);
    List<Result> results =
        publish.items().stream()
            .map(
                item ->
                    requests.size() == 1
                        ? Result.refused(ErrorCode.STORE_FULL, "full")
                        : Result.stored(new Position("e1", item.n()), false))
            .toList();
    return Future.succeededFuture(new Published(results));
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
