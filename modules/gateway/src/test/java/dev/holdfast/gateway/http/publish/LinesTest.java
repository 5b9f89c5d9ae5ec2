package dev.holdfast.gateway.http.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.HoldfastException;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;

class LinesTest {
  private final Lines lines = new Lines(100_000);

  @Test
  void linesAreTheSameHoweverTheirBytesCome() {
    String text = "one\n\n  \r\ntwo\r\nthrée\nfour";
    for (int size = 1; size <= text.length(); size++) {
      Lines each = new Lines(100);
      Buffer bytes = Buffer.buffer(text);
      for (int i = 0; i < bytes.length(); i += size) {
        each.add(bytes.slice(i, Math.min(bytes.length(), i + size)));
      }
      each.end();
      assertLine(1, "one", each.next());
      assertLine(4, "two", each.next());
      assertLine(5, "thrée", each.next());
      assertLine(6, "four", each.next());
      assertNull(each.next());
    }
  }

  @Test
  void isFullByBytesAndByLinesUntilTheyAreTaken() {
    lines.add(Buffer.buffer("x".repeat(90_000) + "\n").appendString("y".repeat(90_000) + "\n"));
    assertFalse(lines.isFull());
    lines.add(Buffer.buffer("z".repeat(90_000) + "\n"));
    assertTrue(lines.isFull());
    lines.next();
    assertFalse(lines.isFull());
    lines.add(Buffer.buffer("x\n".repeat(1_000)));
    assertTrue(lines.isFull());
  }

  @Test
  void ofALineThatIsTooLongNoMoreIsKept() {
    Lines few = new Lines(10);
    for (int i = 0; i < 1_000; i++) {
      few.add(Buffer.buffer("x".repeat(1_000)));
    }
    few.add(Buffer.buffer("\nshort\n"));
    Lines.Line line = few.next();
    assertEquals(11, line.text().length);
    assertThrows(HoldfastException.class, () -> few.check(line));
    assertLine(2, "short", few.next());
  }

  private static void assertLine(int number, String text, Lines.Line line) {
    assertEquals(number, line.number());
    assertEquals(text, new String(line.text(), java.nio.charset.StandardCharsets.UTF_8).strip());
  }
}
