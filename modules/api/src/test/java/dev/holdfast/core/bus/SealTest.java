package dev.holdfast.core.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SealTest {
  private static final byte[] KEY = "the key of all nodes".getBytes(StandardCharsets.US_ASCII);
  private static final Grant GRANT = new Grant("billing", Set.of("acme"));
  private static final int LENGTH = 4;
  private static final int AT = 8;

  private final BusCodec node = new BusCodec(Seal.ofNode(KEY));
  private final BusCodec service = new BusCodec(Seal.ofService(GRANT, Seal.key(KEY, GRANT)));
  private final BusCodec stranger = new BusCodec(Seal.ofNode("another key".getBytes()));

  @Test
  void nodesReadEachOtherAndServicesReadNodes() {
    assertEquals(value(), node.decodeFromWire(AT, frame(node, value())));
    assertEquals(value(), service.decodeFromWire(AT, frame(node, value())));
    assertEquals(value(), service.decodeFromWire(AT, frame(service, value())));
  }

  @Test
  void aFrameOfAnotherKeyOrWithoutAProofIsNotRead() {
    assertRefused(frame(stranger, value()));
    assertRefused(frame(new BusCodec(), value()));
  }

  /** Addresses and headers stand before the content, and are as well proved. */
  @Test
  void noByteOfAFrameCanBeChanged() {
    Buffer frame = frame(node, value());
    for (int i = 0; i < frame.length(); i++) {
      Buffer changed = frame.copy().setByte(i, (byte) (frame.getByte(i) ^ 1));
      assertThrows(RuntimeException.class, () -> node.decodeFromWire(AT, changed), "byte " + i);
    }
    for (int length = 0; length < frame.length(); length++) {
      Buffer cut = frame.getBuffer(0, length);
      assertThrows(RuntimeException.class, () -> node.decodeFromWire(AT, cut), "to " + length);
    }
  }

  @Test
  void aServiceSaysWhatItIsGrantedAndAnswers() {
    var granted = new Caller.Service("billing", "1", Set.of("acme"), Set.of());
    var request = new ServiceRequest(granted, "s", "quote", "1");

    assertEquals(request, node.decodeFromWire(AT, frame(service, request)));
    assertEquals(
        new ServiceReply("60"), node.decodeFromWire(AT, frame(service, new ServiceReply("60"))));
    assertRefused(frame(service, value()));
    var all = new Caller.Service("billing", "1", Set.of("*"), Set.of());
    assertRefused(frame(service, new ServiceRequest(all, "s", "quote", "1")));
  }

  @Test
  void aGrantIsReadAsItIsWritten() {
    for (Grant grant :
        Set.of(GRANT, new Grant("audit", Set.of("*")), new Grant("a", Set.of("b", "c.d", "e-f")))) {
      assertEquals(grant, Grant.parse(grant.text()));
    }
    assertThrows(HoldfastException.class, () -> new Grant("billing", Set.of()));
    assertThrows(HoldfastException.class, () -> new Grant("billing", Set.of("a\nb")));
  }

  private static NodeId value() {
    return new NodeId("n1", 7);
  }

  /** As the bus writes it: length, what comes before the content, content; the length is taken. */
  private static Buffer frame(BusCodec codec, BusValue value) {
    Buffer frame = Buffer.buffer(new byte[LENGTH]).appendString("headers.");
    codec.encodeToWire(frame, value);
    return frame.getBuffer(LENGTH, frame.length());
  }

  private void assertRefused(Buffer frame) {
    var refused = assertThrows(HoldfastException.class, () -> node.decodeFromWire(AT, frame));
    assertEquals(ErrorCode.FORBIDDEN, refused.code());
  }
}
