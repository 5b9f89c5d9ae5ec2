package dev.holdfast.runs.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.Stores;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an append of a small event costs Redis, by Redis' own account: CPU time per call, and the
 * share of its core at 20,000 appends a second. With {@code -Dholdfast.runs.appends=200000} it is a
 * benchmark.
 */
@ExtendWith(RedisExtension.class)
class AppendCostIT {
  private static final Logger LOG = LoggerFactory.getLogger(AppendCostIT.class);
  private static final int APPENDS = Integer.getInteger("holdfast.runs.appends", 20_000);
  private static final int RUNS = 1_000;
  private static final int ROUND = 500;
  private static final int PER_SECOND = 20_000;

  private static final byte[] BODY =
      ("\"event\":\"TEXT_MESSAGE_CONTENT\",\"data\":{\"type\":\"TEXT_MESSAGE_CONTENT\","
              + "\"messageId\":\"m1\",\"delta\":\"three tokens or so\",\"timestamp\":1700000000000},"
              + "\"from\":{\"service\":\"runs\"}")
          .getBytes(StandardCharsets.UTF_8);

  @Test
  void anAppendOfASmallEventTakesASmallPartOfRedisCore(@OwnRedis TestRedis redis) {
    try (Stores stores = new Stores(redis.uri())) {
      ChannelStore logs = new ChannelStore(stores.link, ChannelsConfig.DEFAULT);
      List<Channel> runs = runs(stores);
      for (Channel run : runs) {
        Await.get(logs.interest(run, new NodeId("n1", 1)));
      }
      append(logs, runs, 1, RUNS);
      stores.redis("CONFIG", "RESETSTAT");
      double before = cpu(stores);
      append(logs, runs, 2, APPENDS);
      double cpuMicros = (cpu(stores) - before) * 1e6 / APPENDS;

      Matcher calls = calls(stores);
      assertEquals(APPENDS, Long.parseLong(calls.group(1)));
      double micros = Double.parseDouble(calls.group(2));
      LOG.info(
          String.format(
              "append of %d bytes to %d runs: %.1f µs in the script, %.1f µs of Redis' CPU in all;"
                  + " %d/s take %.0f %% of its core",
              BODY.length, RUNS, micros, cpuMicros, PER_SECOND, cpuMicros * PER_SECOND / 1e4));
      assertTrue(micros < 1_000, "an append is no loop over the log");
    }
  }

  private static List<Channel> runs(Stores stores) {
    List<Channel> runs = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      String run = RunKey.of(stores.tenant, "ann", "th", "r" + i).run();
      runs.add(new Channel(stores.tenant, ChannelName.parse("run:" + run)));
    }
    return runs;
  }

  /** In rounds, as a node that has so many runs sends them: many at once, none of one run. */
  private static void append(ChannelStore logs, List<Channel> runs, int firstN, int appends) {
    for (int done = 0; done < appends; done += ROUND) {
      List<Future<ChannelStore.Appended>> round = new ArrayList<>(ROUND);
      for (int i = 0; i < ROUND; i++) {
        int at = done + i;
        Channel run = runs.get(at % RUNS);
        round.add(logs.append(run, new Publisher(Publisher.RUN, 1), firstN + at / RUNS, BODY));
      }
      round.forEach(one -> assertEquals(1, Await.get(one).nodes().size()));
    }
  }

  private static Matcher calls(Stores stores) {
    String stats = stores.redis("INFO", "commandstats").asText();
    Matcher calls =
        Pattern.compile("cmdstat_evalsha:calls=(\\d+),.*?usec_per_call=([0-9.]+)").matcher(stats);
    assertTrue(calls.find(), stats);
    return calls;
  }

  /** CPU seconds of the server, user's and system's. */
  private static double cpu(Stores stores) {
    Matcher used =
        Pattern.compile("used_cpu_(?:sys|user):([0-9.]+)")
            .matcher(stores.redis("INFO", "cpu").asText());
    double sum = 0;
    while (used.find()) {
      sum += Double.parseDouble(used.group(1));
    }
    return sum;
  }
}
