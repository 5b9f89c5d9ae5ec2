package dev.holdfast.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A server frame encoded once and written to any number of sockets: the WebSocket header (final,
 * text, unmasked; RFC 6455 section 5.2) and the JSON text in one buffer that is never released or
 * changed. Immutable; safe on any thread.
 */
public final class EncodedFrame {
  private final ByteBuf wire;
  private final int headerLength;
  private volatile @Nullable ByteBuf line;

  private EncodedFrame(ByteBuf wire, int headerLength) {
    this.wire = wire;
    this.headerLength = headerLength;
  }

  public static EncodedFrame text(String json) {
    return text(json.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param json UTF-8 of one JSON object
   */
  public static EncodedFrame text(byte[] json) {
    int header = json.length < 126 ? 2 : json.length < 65_536 ? 4 : 10;
    ByteBuf wire = Unpooled.buffer(header + json.length, header + json.length);
    wire.writeByte(0x81);
    switch (header) {
      case 2 -> wire.writeByte(json.length);
      case 4 -> wire.writeByte(126).writeShort(json.length);
      default -> wire.writeByte(127).writeLong(json.length);
    }
    wire.writeBytes(json);
    return new EncodedFrame(Unpooled.unreleasableBuffer(wire.asReadOnly()), header);
  }

  /** Bytes on the wire, header included. */
  public int length() {
    return wire.readableBytes();
  }

  /** A view to write to a Netty channel; each write takes its own. */
  public ByteBuf wire() {
    return wire.duplicate();
  }

  /**
   * A view of the JSON text on one line, for what ends at a line break: in JSON those can only be
   * white space. All views share their bytes.
   */
  public ByteBuf line() {
    ByteBuf known = line;
    if (known == null) {
      known = Unpooled.unreleasableBuffer(makeLine());
      line = known;
    }
    return known.duplicate();
  }

  private ByteBuf makeLine() {
    ByteBuf text = wire.slice(headerLength, wire.readableBytes() - headerLength);
    if (!hasBreak(text)) {
      return text;
    }
    ByteBuf changed = Unpooled.copiedBuffer(text);
    for (int i = 0; i < changed.writerIndex(); i++) {
      byte at = changed.getByte(i);
      if (at == '\n' || at == '\r') {
        changed.setByte(i, ' ');
      }
    }
    return changed.asReadOnly();
  }

  private static boolean hasBreak(ByteBuf text) {
    return text.forEachByte(at -> at != '\n' && at != '\r') >= 0;
  }

  /** The JSON text, for tests and logs. */
  public String json() {
    return wire.toString(headerLength, wire.readableBytes() - headerLength, StandardCharsets.UTF_8);
  }
}
