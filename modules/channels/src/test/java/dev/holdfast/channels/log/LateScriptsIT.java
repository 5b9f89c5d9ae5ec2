package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.redis.StoredKeys;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.RedisTime;
import dev.holdfast.testkit.wire.Relay;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was written before a connection was given up may reach Redis minutes later: an interest of
 * who had left, a claim of nobody that kept all others waiting. Here each script comes an hour
 * after its deadline.
 */
@ExtendWith(RedisExtension.class)
class LateScriptsIT {
  private static final NodeId HERE = new NodeId("n1", 1);
  private static final NodeId NEW = new NodeId("n2", 1);
  private static final Caller SERVICE = new Caller.Service("test", "1", Set.of("*"), Set.of());

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Channel channel =
      new Channel("t" + Ids.fresh().replace('-', 'x'), ChannelName.topic("news"));
  private final Lane there = new Lane("node → Redis");
  private final Lane back = new Lane("Redis → node");
  private Relay relay;
  private RedisLink direct;
  private RedisLink behind;

  private enum Call {
    ASSERT_INTEREST {
      @Override
      Future<?> over(RedisLink link, Channel channel) {
        return new ChannelStore(link, ChannelsConfig.DEFAULT).interest(channel, NEW);
      }
    },
    TAKE_INTEREST_BACK {
      @Override
      Future<?> over(RedisLink link, Channel channel) {
        return new ChannelStore(link, ChannelsConfig.DEFAULT).leave(channel, HERE);
      }
    },
    CLAIM {
      @Override
      Future<?> over(RedisLink link, Channel channel) {
        var claim = new ConsumerMessage.Claim(SERVICE, channel, "audit", "me", 60_000, true);
        return new ConsumerStore(link).claim(claim);
      }
    };

    abstract Future<?> over(RedisLink link, Channel channel);
  }

  @BeforeEach
  void open(TestRedis redis) {
    back.change(RedisTime.setBack(Duration.ofHours(1)));
    relay = Relay.toRedis(redis.uri(), there, back);
    direct = link(redis.uri());
    behind = link(relay.redisUri());
    var store = new ChannelStore(direct, ChannelsConfig.DEFAULT);
    Await.get(store.append(channel, new Publisher("p", 1), 1, "\"n\":1".getBytes()));
    Await.get(store.interest(channel, HERE));
  }

  private RedisLink link(String uri) {
    RedisConfig config = RedisConfig.of(uri).withConnectTimeout(Duration.ofSeconds(10));
    return Await.get(RedisLink.open(vertx, config, "test", registry));
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
    relay.close();
  }

  @ParameterizedTest
  @EnumSource
  void whatComesAfterItsDeadlineChangesNothing(Call call) {
    Map<String, String> before = StoredKeys.ofTenant(direct, channel.tenant());

    var refused =
        assertThrows(HoldfastException.class, () -> Await.get(call.over(behind, channel)));

    assertEquals(ErrorCode.UNAVAILABLE, refused.code());
    assertTrue(refused.getMessage().contains("LATE"), refused.getMessage());
    assertEquals(before, StoredKeys.ofTenant(direct, channel.tenant()));

    Await.get(call.over(direct, channel));
    assertNotEquals(before, StoredKeys.ofTenant(direct, channel.tenant()), "in time it is done");
  }
}
