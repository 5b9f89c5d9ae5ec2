package dev.holdfast.channels.fanout;

import static org.awaitility.Awaitility.await;

import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The clock of Redis is set; readers do not notice. */
class ClockIT {
  private TestRedis redis;
  private HubFixture node;

  @BeforeEach
  void open() {
    redis = TestRedis.clockedOrSkip();
    node = new HubFixture(redis.uri(), ChannelsConfig.DEFAULT);
  }

  @AfterEach
  void close() {
    if (node != null) { // otherwise what is skipped would fail
      node.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  /**
   * The interest of all nodes was over, and nobody was notified of anything for up to three
   * minutes.
   */
  @Test
  void whatNobodyWasNotifiedOfIsFoundSoonAfterAStepForward() {
    var reader = new RecordingSink();
    node.read(Start.latest(), reader);
    redis.shiftClock(Duration.ofHours(1));

    node.publishUnnoticed();

    await().atMost(Duration.ofSeconds(20)).until(() -> reader.seqs().contains(1L));
  }
}
