package dev.holdfast.loadtest.worker.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.worker.measure.EventData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventReaderTest {
  private final EventReader reader = new EventReader();
  private final Cursors cursors = new Cursors();

  @BeforeEach
  void aClientOfTwoChannels() {
    cursors.name(Kind.TENANT, "tenant");
    cursors.name(Kind.TOPIC, "topic:g-1");
    cursors.move(Kind.TOPIC, "e1", 4);
  }

  @Test
  void readsWhatPublishersWrite() throws IOException {
    String data = EventData.text(12, 1_000_001, 1_000_002, 200);
    assertEquals(200, data.length());

    assertTrue(read(event("topic:g-1", "e1", 5, data)));

    assertEquals(Kind.TOPIC, reader.kind);
    assertSame(cursors.epoch(Kind.TOPIC), reader.epoch, "a known epoch makes no new text");
    assertEquals(5, reader.seq);
    assertEquals(12, reader.number);
    assertEquals(1_000_001, reader.intended);
    assertEquals(1_000_002, reader.sent);
  }

  @Test
  void readsANewEpoch() throws IOException {
    assertTrue(read(event("tenant", "Zq_1-", 1, EventData.text(1, 2, 3, 60))));
    assertEquals("Zq_1-", reader.epoch);
    assertTrue(read(event("topic:g-1", "e2", 1, EventData.text(1, 2, 3, 60))));
    assertEquals("e2", reader.epoch);
  }

  @Test
  void theOrderOfMembersBehindTheTypeIsFree() throws IOException {
    String frame =
        "{\"type\":\"event\",\"from\":{\"service\":\"x\"},\"data\":{\"x\":\"y\",\"s\":3,\"more\":"
            + "{\"k\":9},\"i\":2,\"k\":1},\"seq\":7,\"epoch\":\"e1\",\"channel\":\"topic:g-1\"}";

    assertTrue(read(frame));

    assertEquals(1, reader.number);
    assertEquals(7, reader.seq);
    assertEquals("e1", reader.epoch);
    assertEquals(Kind.TOPIC, reader.kind);
  }

  @Test
  void anEventOfAnotherServiceHasNoNumber() throws IOException {
    assertTrue(read(event("tenant", "e", 1, "{\"text\":\"hi\",\"k\":\"no number\"}")));
    assertEquals(0, reader.number);
    assertTrue(read(event("tenant", "e", 2, "[1,2,{\"k\":3}]")));
    assertEquals(0, reader.number);
    assertEquals(2, reader.seq);
  }

  @Test
  void aVolatileEventMovesNoCursor() throws IOException {
    assertTrue(
        read("{\"type\":\"event\",\"channel\":\"tenant\",\"data\":{},\"class\":\"volatile\"}"));
    assertNull(reader.epoch);
  }

  @Test
  void anEventOfAnotherChannelIsNoneOfTheClients() throws IOException {
    assertTrue(read(event("topic:g-2", "e1", 5, EventData.text(1, 2, 3, 60))));
    assertNull(reader.kind);
    assertTrue(read(event("run:1", "e1", 5, EventData.text(1, 2, 3, 60))));
    assertNull(reader.kind);
  }

  @Test
  void otherFramesAreLeftToOthers() throws IOException {
    assertFalse(read("{\"type\":\"ping\"}"));
    assertFalse(read("{}"));
    assertFalse(read("{\"channel\":\"tenant\",\"type\":\"event\"}"));
  }

  @Test
  void garbageIsAFailure() {
    assertThrows(IOException.class, () -> read("hello"));
    assertThrows(IOException.class, () -> read(""));
    assertThrows(IOException.class, () -> read("[]"));
    assertThrows(IOException.class, () -> read("{\"type\":\"event\",\"channel\":"));
    assertThrows(IOException.class, () -> read(event("tenant", "e", 1, "{\"k\":1e")));
    assertThrows(
        IOException.class, () -> read("{\"type\":\"event\",\"channel\":\"tenant\",\"seq\":\"x\"}"));
  }

  private boolean read(String frame) throws IOException {
    byte[] bytes = frame.getBytes(StandardCharsets.UTF_8);
    return reader.read(bytes, bytes.length, cursors);
  }

  private static String event(String channel, String epoch, long seq, String data) {
    return "{\"type\":\"event\",\"channel\":\""
        + channel
        + "\",\"epoch\":\""
        + epoch
        + "\",\"seq\":"
        + seq
        + ",\"at\":5,\"event\":\"load\",\"data\":"
        + data
        + ",\"from\":{\"service\":\"load\"}}";
  }
}
