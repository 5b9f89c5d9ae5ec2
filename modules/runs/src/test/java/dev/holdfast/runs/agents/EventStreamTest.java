package dev.holdfast.runs.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventStreamTest {
  private static List<String> read(String text, int pieces) {
    List<String> events = new ArrayList<>();
    EventStream stream = new EventStream(events::add);
    Buffer all = Buffer.buffer(text);
    for (int at = 0; at < all.length(); at += pieces) {
      stream.read(all.slice(at, Math.min(all.length(), at + pieces)));
    }
    stream.end();
    return events;
  }

  @Test
  void eventsAreTheSameWhereverTheyAreCutAndWhateverEndsTheirLines() {
    String text =
        "\ufeff: hello\nevent: x\ndata: é😀\ndata:two\n\nid: 7\n\ndata\n\nretry: 1\ndata:  b\n\n";
    List<String> expected = List.of("é😀\ntwo", "", " b");
    for (String end : List.of("\n", "\r\n", "\r")) {
      for (int pieces = 1; pieces < 12; pieces++) {
        assertEquals(expected, read(text.replace("\n", end), pieces), pieces + " bytes");
      }
    }
  }

  @Test
  void anEventWhoseLinesAreWholeCountsAtTheEndAndHalfALineDoesNot() {
    assertEquals(List.of("a"), read("data: a\n", 4));
    assertEquals(List.of("a"), read("data: a\ndata: b", 4));
    assertEquals(List.of(), read("data: a", 4));
  }

  @Test
  void aLineOrAnEventThatIsTooLargeIsRefused() {
    String line = "data: " + "x".repeat(1_000) + "\n";
    assertThrows(AgentException.class, () -> read("x".repeat(EventStream.MOST + 1), 4_096));
    assertThrows(AgentException.class, () -> read(line.repeat(1_100), 4_096));
    assertEquals(1_000, read((line + "\n").repeat(1_000), 4_096).size());
  }
}
