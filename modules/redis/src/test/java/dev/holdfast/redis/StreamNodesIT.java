package dev.holdfast.redis;

import static dev.holdfast.redis.LinkBench.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamNodesIT {
  private static final String SETTING = "stream-node-max-bytes";
  @TempDir private Path dataDir;
  private LinkBench bench;
  private RedisLink link;

  @BeforeEach
  void start() {
    bench = new LinkBench(dataDir);
    link = bench.open(bench.config().withConnectTimeout(Duration.ofSeconds(20)));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private String setting() {
    return get(link.send("CONFIG", "GET", SETTING)).at(1).asText();
  }

  /** Up to 6.2 a stream's node grows as it is filled, so the setting would only cost. */
  private String wanted() {
    boolean allocates = Integer.parseInt(bench.server().version().split("\\.")[0]) >= 7;
    return allocates ? Integer.toString(StreamNodes.BYTES) : "4096";
  }

  /** A log with one entry took 4.8 KB, for a day; ten runs a second were 4 GB of them. */
  @Test
  void aLogWithOneEntryIsSmall() {
    get(StreamNodes.tune(link));
    get(link.send("XADD", "log", "1-0", "b", "x".repeat(200), "t", "1763740000000"));

    assertEquals(wanted(), setting());
    long bytes = get(link.send("MEMORY", "USAGE", "log")).asLong();
    assertTrue(bytes < 2_048, bytes + " bytes");
  }

  @Test
  void whatTheOperatorSetStays() {
    get(link.send("CONFIG", "SET", SETTING, 2048));

    get(StreamNodes.tune(link));

    assertEquals("2048", setting());
  }

  @Test
  void aServerThatDoesNotAllowItIsUsedAllTheSame() {
    get(link.send("ACL", "SETUSER", "default", "-config"));

    get(StreamNodes.tune(link));

    assertTrue(link.up());
  }
}
