package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.log.HubMemory;
import dev.holdfast.channels.log.LogReader;
import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.channels.log.Rings;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whose turn it is while more channels are to be checked than Redis answers for. */
@ExtendWith(RedisExtension.class)
class ChecksOrderIT {
  private static final int DUE = 400;

  private final List<String> checked = new CopyOnWriteArrayList<>();
  private HubFixture node;
  private PositionChecks checks;
  private HubContext hub;

  @BeforeEach
  void open(TestRedis redis) {
    ChannelsConfig config = ChannelsConfig.DEFAULT;
    node = new HubFixture(redis.uri(), config);
    var metrics = new ChannelsMetrics(node.registry);
    var memory = HubMemory.of(config.memory(), new Budget(node.registry));
    checks = new PositionChecks(node.vertx, node.behind, config.checksPerSecond(), metrics);
    hub =
        new HubContext(
            node.vertx,
            node.node,
            config,
            node.behind,
            new LogReader(node.behind, node.node, metrics, memory.reads(), node.registry),
            metrics,
            new Rings(memory.rings(), config.ringBytes(), Rings.AGE),
            memory.held(),
            channel -> {});
  }

  @AfterEach
  void close() {
    node.close();
  }

  private HubChannel channel(String name) {
    var channel = new HubChannel(new Channel(node.channel.tenant(), ChannelName.topic(name)), hub);
    channel.expect(new Noted());
    channel.began(null);
    return channel;
  }

  /** Notes the order of the answers. */
  private final class Noted implements Tap {
    @Override
    public void opened(Channel channel, Position position) {
      checked.add(channel.name().id());
    }

    @Override
    public void refused(Channel channel, Throwable failure) {
      checked.add("refused: " + failure);
    }

    @Override
    public void gone(Channel channel) {}

    @Override
    public void deliver(Channel channel, LogSegment segment) {}

    @Override
    public void deliverVolatile(Channel channel, EncodedFrame frame) {}

    @Override
    public void run(Runnable action) {
      action.run();
    }
  }

  /**
   * While a peer was silent its journal was read each second, and all found in it came first: a
   * comparison of all channels, after Redis had come back with other data, did not go on.
   */
  @Test
  void whatIsDueLeavesTurnsToWhatWaits() {
    node.onLoop(
        () -> {
          List<HubChannel> due = new ArrayList<>();
          for (int i = 0; i < DUE; i++) {
            due.add(channel("due-" + i));
          }
          checks.addDue(due);
          checks.add(List.of(channel("waits-1"), channel("waits-2"), channel("waits-3")));
          return Future.succeededFuture();
        });

    Await.until("all are checked", () -> checked.size() == DUE + 3);
    assertTrue(checked.indexOf("waits-3") < DUE / 2, () -> "in this order: " + checked);
  }
}
