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
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an append of small events costs Redis, by Redis' own account: CPU time, commands, and the
 * share of its core at 20,000 events a second; for events that go alone, as those of a text that
 * grows do, and for several in one call. With {@code -Dholdfast.runs.appends=200000} it is a
 * benchmark.
 */
@ExtendWith(RedisExtension.class)
class AppendCostIT {
  private static final Logger LOG = LoggerFactory.getLogger(AppendCostIT.class);
  private static final int EVENTS = Integer.getInteger("holdfast.runs.appends", 16_000);
  private static final int RUNS = 1_000;
  private static final int ROUND = 500;
  private static final int PER_SECOND = 20_000;

  private static final byte[] BODY =
      ("\"event\":\"TEXT_MESSAGE_CONTENT\",\"data\":{\"type\":\"TEXT_MESSAGE_CONTENT\","
              + "\"messageId\":\"m1\",\"delta\":\"three tokens or so\",\"timestamp\":1700000000000},"
              + "\"from\":{\"service\":\"runs\"}")
          .getBytes(StandardCharsets.UTF_8);

  /** What Redis has counted so far. */
  private record Counted(long nanos, double cpu, double commands) {}

  @Test
  void anAppendOfASmallEventTakesASmallPartOfRedisCore(@OwnRedis TestRedis redis) {
    try (Stores stores = new Stores(redis.uri())) {
      NodeId node = new NodeId("n1", 1);
      ChannelStore logs = new ChannelStore(stores.link, ChannelsConfig.DEFAULT).journaling(node);
      List<Channel> runs = runs(stores);
      for (Channel run : runs) {
        Await.get(logs.interest(run, node));
      }
      append(logs, runs, 1, RUNS, 1);
      int n = 2;
      for (int batch : new int[] {1, 8}) {
        int appends = EVENTS / batch;
        measure(stores, logs, runs, n, appends, batch);
        n += appends / RUNS * batch;
      }
    }
  }

  private static void measure(
      Stores stores, ChannelStore logs, List<Channel> runs, int n, int appends, int batch) {
    stores.redis("CONFIG", "RESETSTAT");
    Counted before = counted(stores);
    append(logs, runs, n, appends, batch);
    Counted after = counted(stores);

    Matcher calls = calls(stores);
    assertEquals(appends, Long.parseLong(calls.group(1)));
    double events = (double) appends * batch;
    double script = Double.parseDouble(calls.group(2));
    double cpu = (after.cpu() - before.cpu()) * 1e6 / events;
    LOG.info(
        String.format(
            "%d runs, %d events of %d bytes an append: %.0f events/s as fast as it goes, %.1f"
                + " commands an event; %.1f µs in the script an append, %.1f µs an event, %.1f µs"
                + " of Redis' CPU in all an event; %d events/s take %.0f %% of its core",
            RUNS,
            batch,
            BODY.length,
            events / (after.nanos() - before.nanos()) * 1e9,
            (after.commands() - before.commands()) / events,
            script,
            script / batch,
            cpu,
            PER_SECOND,
            cpu * PER_SECOND / 1e4));
    assertTrue(script < 1_000 * batch, "an append is no loop over the log");
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
  private static void append(
      ChannelStore logs, List<Channel> runs, int firstN, int appends, int batch) {
    List<byte[]> bodies = Collections.nCopies(batch, BODY);
    for (int done = 0; done < appends; done += ROUND) {
      List<Future<?>> round = new ArrayList<>(ROUND);
      for (int at = done; at < done + ROUND; at++) {
        Channel run = runs.get(at % RUNS);
        int n = firstN + at / RUNS * batch;
        Publisher publisher = new Publisher(Publisher.RUN, 1);
        round.add(
            batch == 1
                ? logs.append(run, publisher, n, BODY).map(one -> one.nodes().get(0))
                : logs.append(run, publisher, n, bodies).map(all -> all.get(batch - 1)));
      }
      round.forEach(Await::get);
    }
  }

  private static Matcher calls(Stores stores) {
    String stats = stores.redis("INFO", "commandstats").asText();
    Matcher calls =
        Pattern.compile("cmdstat_evalsha:calls=(\\d+),.*?usec_per_call=([0-9.]+)").matcher(stats);
    assertTrue(calls.find(), stats);
    return calls;
  }

  private static Counted counted(Stores stores) {
    double cpu = sum(stores.redis("INFO", "cpu").asText(), "used_cpu_(?:sys|user)");
    double commands = sum(stores.redis("INFO", "stats").asText(), "total_commands_processed");
    return new Counted(System.nanoTime(), cpu, commands);
  }

  private static double sum(String info, String name) {
    Matcher values = Pattern.compile("(?m)^" + name + ":([0-9.]+)").matcher(info);
    double sum = 0;
    while (values.find()) {
      sum += Double.parseDouble(values.group(1));
    }
    return sum;
  }
}
