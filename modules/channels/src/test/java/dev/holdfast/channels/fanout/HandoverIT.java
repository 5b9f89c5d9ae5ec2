package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.Frame;
import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Large publications to many readers of one event loop. All was written to all of them in one run
 * of the loop: 40 MB at a time, which every other tenant's readers waited for.
 */
@ExtendWith(RedisExtension.class)
class HandoverIT {
  private static final int READERS = 100;
  private static final String LARGE = "x".repeat(60_000);

  private final List<Seqs> sinks = sinks(READERS);
  private HubFixture node;

  /** Keeps the numbers of the events that it is given. */
  private static final class Seqs implements FrameSink {
    private static final Pattern EVENT = Pattern.compile("\\{\"type\":\"event\".*\"seq\":(\\d+)");
    private static final int HEAD = 300;

    private final List<Long> seqs = new CopyOnWriteArrayList<>();
    private volatile boolean live;

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void send(EncodedFrame frame) {
      ByteBuf line = frame.line();
      int length = Math.min(HEAD, line.readableBytes());
      String head = line.toString(line.readerIndex(), length, StandardCharsets.UTF_8);
      Matcher event = EVENT.matcher(head);
      if (event.lookingAt()) {
        seqs.add(Long.parseLong(event.group(1)));
      }
      live |= head.contains("\"live\"");
    }
  }

  private static List<Seqs> sinks(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Seqs()).toList();
  }

  @BeforeEach
  void open(TestRedis redis) {
    node = new HubFixture(redis.uri(), ChannelsConfig.DEFAULT);
    sinks.forEach(sink -> node.read(Start.latest(), sink));
    Await.until("live", () -> sinks.stream().allMatch(sink -> sink.live));
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** Stored, so that it can be read; no hint goes out. */
  private List<LogSegment> stored(int count) {
    var publisher = new Publisher("p-2", 1);
    List<LogSegment> segments = new ArrayList<>();
    for (int n = 1; n <= count; n++) {
      byte[] body = ("\"event\":\"e\",\"data\":\"" + LARGE + "\"").getBytes(StandardCharsets.UTF_8);
      var appended = Await.get(node.behind.append(node.channel, publisher, n, body));
      Position at = appended.result().position();
      EncodedFrame frame =
          ServerFrames.event(node.channel.name(), at.epoch(), at.seq(), appended.at(), body);
      segments.add(LogSegment.live(at.at(at.seq() - 1), List.of(new Frame(at.seq(), frame))));
    }
    return segments;
  }

  /** As the hub does that is ahead of the event loop: one right after the other. */
  private void handOn(List<LogSegment> segments) {
    segments.forEach(segment -> node.fanout.deliver(node.channel, segment));
  }

  private long received() {
    return sinks.stream().mapToLong(sink -> sink.seqs.size()).sum();
  }

  private void awaitAll(int count) {
    List<Long> all = LongStream.rangeClosed(1, count).boxed().toList();
    Await.until(
        "all events once and in order",
        () -> sinks.stream().allMatch(sink -> sink.seqs.equals(all)));
  }

  @Test
  void othersOfTheEventLoopDoNotWaitUntilAllReadersHaveIt() {
    List<LogSegment> one = stored(1);
    var meanwhile = new CompletableFuture<Long>();
    node.loop.runOnContext(
        now -> {
          handOn(one);
          node.loop.runOnContext(other -> meanwhile.complete(received()));
        });

    long before = meanwhile.orTimeout(20, TimeUnit.SECONDS).join();
    assertTrue(before > 0 && before <= READERS / 2, before + " were handed it before");
    awaitAll(1);
  }

  @Test
  void whatComesMeanwhileFollowsInOrder() {
    List<LogSegment> some = stored(10);
    double deliveries = node.count("holdfast.deliveries");
    node.loop.runOnContext(now -> handOn(some));

    awaitAll(10);
    double all = deliveries + 10 * READERS;
    Await.until("counted", () -> node.count("holdfast.deliveries") >= all);
    assertEquals(all, node.count("holdfast.deliveries"));
    assertEquals(0, node.count("holdfast.reads"));
  }

  /** It would be kept for as long as the event loop is busy. */
  @Test
  void ofTooMuchThatComesMeanwhileReadersTakeTheRestFromTheLog() {
    List<LogSegment> many = stored(40);
    node.loop.runOnContext(now -> handOn(many));

    awaitAll(40);
    assertTrue(node.count("holdfast.reads") > 0);
    node.publish();
    awaitAll(41);
  }
}
