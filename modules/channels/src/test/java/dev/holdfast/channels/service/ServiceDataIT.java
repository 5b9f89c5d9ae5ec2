package dev.holdfast.channels.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.fanout.HubFixture;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Data of services, which nobody has read before: by the check against its schema where there is
 * one, else to see that it is one JSON value. One that is none would break the frames of all who
 * read the channel.
 */
@ExtendWith(RedisExtension.class)
class ServiceDataIT {
  private static final List<String> NO_VALUES =
      List.of(
          "", "[1", "1 2", "nul", "{\"a\":1,\"a\":2}", "{} //", "[".repeat(65) + "]".repeat(65));

  /** With a schema that all data fits, with one that is not there, and without. */
  private static final List<String> EVENTS =
      List.of("checked", "checked/1", "checked/2", "free", "free/1");

  private HubFixture node;
  private Channel system;

  @BeforeEach
  void open(TestRedis redis) {
    node = new HubFixture(redis.uri(), ChannelsConfig.DEFAULT);
    String tenant = node.channel.tenant();
    system = new Channel(tenant, ChannelName.system("data"));
    var keeper = new Caller.Service("keeper", "1", Set.of(tenant), Set.of("schema:*"));
    var register =
        new SchemaMessage.Register(keeper, tenant, new SchemaName("checked", 1), "{\"minimum\":0}");
    Await.get(new ServiceClient(node.bus, Duration.ofSeconds(5)).ask(register));
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void whatIsNoJsonIsRefusedNumberedOrKeyedWithASchemaOrWithout() {
    for (Channel channel : List.of(node.channel, system)) {
      for (String event : EVENTS) {
        for (Result result : all(channel, event, NO_VALUES)) {
          assertEquals(ErrorCode.BAD_REQUEST, result.refused());
          assertEquals(ErrorCode.BAD_REQUEST.publicText, result.detail());
        }
      }
      assertEquals(1, one(channel, "free", "{}").position().seq(), "nothing was stored before");
    }
  }

  @Test
  void whatDoesNotFitIsRefusedByItsSchemaOnlyIfItIsJson() {
    for (Result result : all(node.channel, "checked", List.of("-1", " -1 ", "-0.5"))) {
      assertEquals(ErrorCode.BAD_REQUEST, result.refused());
      assertEquals("data: ", result.detail().substring(0, 6));
    }
    for (Result result : all(node.channel, "checked/2", List.of("-1"))) {
      assertEquals("event: there is no such version", result.detail());
    }
    for (Result result : all(system, "checked", List.of("-1"))) {
      assertNull(result.refused());
    }
  }

  /** As one message of each kind; the numbers of the first are those of what is refused. */
  private List<Result> all(Channel channel, String event, List<String> data) {
    var keyed = data.stream().map(one -> new PublishKeyed.Entry("k" + one, event, one, false));
    var keys = new PublishKeyed(node.service, channel, keyed.toList());
    return Stream.concat(
            data.stream().map(one -> one(channel, event, one)),
            Await.get(node.client.ask(keys)).results().stream())
        .toList();
  }

  private Result one(Channel channel, String event, String data) {
    var items = List.of(new Item(1, event, data, false));
    var message =
        new ChannelMessage.Publish(node.service, null, channel, new Publisher("p-1", 1), items);
    return Await.get(node.client.ask(message)).results().get(0);
  }
}
