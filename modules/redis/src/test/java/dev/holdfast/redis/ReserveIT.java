package dev.holdfast.redis;

import static dev.holdfast.redis.LinkBench.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReserveIT {
  private static final long LIMIT = 100 << 20;

  @TempDir private Path dataDir;
  private LinkBench bench;
  private RedisLink link;
  private Reserve reserve;

  @BeforeEach
  void start() {
    bench = new LinkBench(dataDir);
    link = bench.open(bench.config().withConnectTimeout(Duration.ofSeconds(20)));
    reserve = link.reserve();
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  @Test
  void whatGrowsIsRefusedFromTheReserveOnUntilHalfAsMuchAgainIsFree() {
    limit(LIMIT);
    get(reserve.watch());
    assertFalse(reserve.isTouched());

    use(91);
    Awaitility.await().until(reserve::isTouched);
    var refused = assertThrows(HoldfastException.class, reserve::require);
    assertEquals(ErrorCode.STORE_FULL, refused.code());
    assertFalse(reserve.isHalfGone(), "nodes may still report on themselves");
    assertTrue(reserve.trouble().orElseThrow().contains("maxmemory of 100 MiB"));

    use(96);
    Awaitility.await().until(() -> reserve.isHalfGone());
    use(86);
    Awaitility.await().until(() -> !reserve.isHalfGone());
    assertTrue(reserve.isTouched(), "or it would be refused and taken by turns");
    use(80);
    Awaitility.await().until(() -> !reserve.isTouched());
    reserve.require();
  }

  @Test
  void aServerWithoutLimitHasNoReserve() {
    assertFalse(reserve.isUnbounded(), "not known yet");

    get(reserve.watch());

    assertTrue(reserve.isUnbounded());
    assertFalse(reserve.isTouched());
  }

  /** Its limit is set, or another server is reached that has one. */
  @Test
  void aLimitThatComesLaterIsSeen() {
    get(reserve.watch());
    use(91);
    limit(LIMIT);
    Awaitility.await().until(reserve::isTouched);

    limit(0);
    Awaitility.await().until(() -> !reserve.isTouched());
  }

  private void limit(long bytes) {
    get(link.send("CONFIG", "SET", "maxmemory", bytes));
  }

  /** So many hundredths of the limit and one or two more, by pieces of 1 MiB. */
  private void use(int percent) {
    String fill =
        "for i = 1, 128 do redis.call('DEL', KEYS[1] .. i) end "
            + "for i = 1, ARGV[1] do redis.call('SETRANGE', KEYS[1] .. i, 1048000, 'x') end";
    get(link.send("EVAL", fill, 1, "filler", percent));
  }
}
