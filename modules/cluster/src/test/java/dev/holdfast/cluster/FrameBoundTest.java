package dev.holdfast.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.bounds.FrameBound;
import dev.holdfast.core.bounds.FrameRoom;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameBoundTest {
  private static final int CHUNK = 32 << 20;

  private final FrameRoom room = new FrameRoom(4 << 20);
  private final EmbeddedChannel connection = new EmbeddedChannel(new FrameBound(room));

  @Test
  void framesOfAnyLengthPassAsTheyAreHoweverTheyComeInPieces() {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    Random random = new Random(seed);
    ByteBuf all = Unpooled.buffer();
    for (int i = 0; i < 200; i++) {
      byte[] content = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(3_000)];
      random.nextBytes(content);
      all.writeInt(content.length).writeBytes(content);
    }
    ByteBuf sent = all.copy();
    while (sent.isReadable()) {
      int piece = 1 + random.nextInt(Math.min(sent.readableBytes(), 2_000));
      connection.writeInbound(sent.readBytes(piece));
    }

    assertTrue(connection.isOpen(), "seed " + seed);
    ByteBuf got = Unpooled.buffer();
    for (ByteBuf one = connection.readInbound(); one != null; one = connection.readInbound()) {
      got.writeBytes(one);
    }
    assertEquals(all, got, "seed " + seed);
  }

  @ParameterizedTest
  @ValueSource(ints = {FrameBound.MOST + 1, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
  void oneThatIsTooLongIsNotPassedOnAndClosesItsConnection(int announced) {
    ByteBuf first = Unpooled.buffer().writeInt(2).writeShort(7);
    connection.writeInbound(first.copy());
    assertEquals(first, connection.readInbound());
    ByteBuf head = Unpooled.buffer().writeInt(announced);
    connection.writeInbound(head.readBytes(3));
    ByteBuf begin = connection.readInbound();
    assertEquals(3, begin.readableBytes());

    ByteBuf more = head.readBytes(1).writeBytes(new byte[100]);
    connection.writeInbound(more);

    assertFalse(connection.isOpen());
    assertEquals(0, more.refCnt());
    assertNull(connection.readInbound());
  }

  @Test
  void theLongestPasses() {
    connection.writeInbound(Unpooled.buffer().writeInt(FrameBound.MOST));

    assertTrue(connection.isOpen());
  }

  @Test
  void aChunkOfALogPassesThoughItIsLargerThanTheRoom() {
    begin(connection, CHUNK, CHUNK - 1);
    assertEquals(CHUNK - 1, room.bytes());
    connection.writeInbound(Unpooled.buffer().writeByte(0));

    assertTrue(connection.isOpen());
    assertEquals(0, room.bytes());
    assertEquals(0, room.dropped());
  }

  @Test
  void theOldestOfThoseThatAreNotWholeGivesWay() {
    EmbeddedChannel second = new EmbeddedChannel(new FrameBound(room));
    begin(connection, CHUNK, 2 << 20);
    begin(second, CHUNK, 2 << 20);
    assertEquals(4 << 20, room.bytes());
    EmbeddedChannel small = new EmbeddedChannel(new FrameBound(room));
    begin(small, 1 << 20, 1 << 19);
    assertTrue(connection.isOpen());

    second.writeInbound(Unpooled.wrappedBuffer(new byte[1]));

    connection.runPendingTasks();
    assertFalse(connection.isOpen());
    assertTrue(second.isOpen());
    assertTrue(small.isOpen());
    assertEquals((2 << 20) + 1, room.bytes());
    assertEquals(1, room.dropped());
    second.close();
    assertEquals(0, room.bytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 100, 2 << 20})
  void oneThatIsNotWholeInTimeClosesItsConnection(int came) {
    var late = new EmbeddedChannel(new FrameBound(room, Duration.ofSeconds(30)));
    late.freezeTime();
    late.writeInbound(Unpooled.buffer().writeInt(1).writeByte(7));
    late.writeInbound(Unpooled.buffer().writeInt(CHUNK).writeZero(came).readSlice(came));

    late.advanceTimeBy(29, TimeUnit.SECONDS);
    late.runScheduledPendingTasks();
    assertTrue(late.isOpen());
    late.advanceTimeBy(1, TimeUnit.SECONDS);
    late.runScheduledPendingTasks();
    assertFalse(late.isOpen());
    assertEquals(0, room.bytes());
    assertEquals(1, room.dropped());
  }

  @Test
  void aConnectionWhoseFramesEndIsNotLateHoweverLongItIsInUse() {
    var busy = new EmbeddedChannel(new FrameBound(room, Duration.ofSeconds(30)));
    busy.freezeTime();
    for (int i = 0; i < 20; i++) {
      busy.writeInbound(Unpooled.buffer().writeInt(2).writeByte(7));
      busy.advanceTimeBy(20, TimeUnit.SECONDS);
      busy.runScheduledPendingTasks();
      busy.writeInbound(Unpooled.buffer().writeByte(8));
    }
    assertTrue(busy.isOpen());
  }

  /** What came meanwhile is not read yet. */
  @Test
  void aProcessThatStoodStillReadsOnBeforeItJudges() {
    var still = new EmbeddedChannel(new FrameBound(room, Duration.ofMillis(1)));
    long begin = System.nanoTime();
    still.writeInbound(Unpooled.buffer().writeInt(2).writeByte(7));
    await().until(() -> System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(1_100));

    still.runScheduledPendingTasks();
    assertTrue(still.isOpen());
    await()
        .until(
            () -> {
              still.runScheduledPendingTasks();
              return !still.isOpen();
            });
  }

  private static void begin(EmbeddedChannel connection, int announced, int came) {
    connection.writeInbound(Unpooled.buffer().writeInt(announced));
    connection.writeInbound(Unpooled.wrappedBuffer(new byte[came]));
  }
}
