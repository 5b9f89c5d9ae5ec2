package dev.holdfast.gateway.http.publish;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Splits bytes into lines, numbered from 1. Blank lines count, and are skipped. Vert.x has a parser
 * of records, but it ends with its stream even if it was paused and has records left.
 */
final class Lines {
  /** Bytes of whole lines beyond which {@link #isFull}. */
  private static final int ROOM = 256 << 10;

  private static final int MOST = 1_000;

  private final int longest;
  private final Deque<Line> whole = new ArrayDeque<>();
  private Buffer partial = Buffer.buffer();
  private int bytes;
  private int number;

  record Line(int number, byte[] text) {}

  /**
   * @param longest bytes of a line; no more of a longer one is kept, and it is refused as TOO_LARGE
   */
  Lines(int longest) {
    this.longest = longest;
  }

  void add(Buffer more) {
    int start = 0;
    for (int i = 0; i < more.length(); i++) {
      if (more.getByte(i) == '\n') {
        append(more, start, i);
        end();
        start = i + 1;
      }
    }
    append(more, start, more.length());
  }

  private void append(Buffer more, int start, int end) {
    int room = longest + 1 - partial.length();
    partial.appendBuffer(more, start, Math.min(room, end - start));
  }

  /** Ends the current line. */
  void end() {
    number++;
    byte[] text = partial.getBytes();
    partial = Buffer.buffer();
    if (!new String(text, StandardCharsets.UTF_8).isBlank()) {
      whole.add(new Line(number, text));
      bytes += text.length;
    }
  }

  boolean isFull() {
    return bytes > ROOM || whole.size() > MOST;
  }

  /** Returns the next whole line; none if there is none yet. */
  @Nullable Line next() {
    Line line = whole.poll();
    bytes -= line == null ? 0 : line.text().length;
    return line;
  }

  void check(Line line) {
    if (line.text().length > longest) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.TOO_LARGE, "more than " + longest + " bytes");
    }
  }
}
