package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.bounds.FrameBound;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameBoundTest {
  private final EmbeddedChannel connection = new EmbeddedChannel(new FrameBound());

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
}
