package dev.holdfast.runs.agents;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Reads a stream of server-sent events, in whatever pieces it comes: the {@code data} of each.
 * Lines end in LF, CR or both; comments and other fields are passed over. Bounded: {@link #MOST}
 * bytes of a line, and of an event. Not safe for several threads.
 */
final class EventStream {
  /** Most bytes of a line, and of an event: more than the largest event of a run has. */
  static final int MOST = 1 << 20;

  private static final String DATA = "data";

  private final Consumer<String> events;
  private Buffer line = Buffer.buffer();
  private final StringBuilder data = new StringBuilder();
  private boolean hasData;
  private boolean first = true;
  private boolean afterReturn;

  /**
   * @param events gets the data of each event
   */
  EventStream(Consumer<String> events) {
    this.events = events;
  }

  /**
   * Reads the next bytes.
   *
   * @throws AgentException if a line or an event is too large
   */
  void read(Buffer bytes) {
    int from = 0;
    for (int at = 0; at < bytes.length(); at++) {
      byte next = bytes.getByte(at);
      if (next == '\n' && afterReturn) {
        from = at + 1;
      } else if (next == '\n' || next == '\r') {
        take(bytes, from, at);
        endLine();
        from = at + 1;
      }
      afterReturn = next == '\r';
    }
    take(bytes, from, bytes.length());
  }

  /**
   * Reads the end: an event whose lines are whole counts, also without the empty line behind it.
   */
  void end() {
    dispatch();
  }

  private void take(Buffer bytes, int from, int to) {
    if (line.length() + to - from > MOST) {
      throw tooLarge("a line");
    }
    line.appendBuffer(bytes, from, to - from);
  }

  private void endLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line = Buffer.buffer();
    if (first) {
      first = false;
      text = text.startsWith("\ufeff") ? text.substring(1) : text;
    }
    if (text.isEmpty()) {
      dispatch();
      return;
    }
    int colon = text.indexOf(':');
    String field = colon < 0 ? text : text.substring(0, colon);
    if (field.equals(DATA)) {
      String value = colon < 0 ? "" : text.substring(colon + 1);
      add(value.startsWith(" ") ? value.substring(1) : value);
    }
  }

  private void add(String value) {
    if (data.length() + value.length() > MOST) {
      throw tooLarge("an event");
    }
    if (hasData) {
      data.append('\n');
    }
    hasData = true;
    data.append(value);
  }

  private void dispatch() {
    if (hasData) {
      String event = data.toString();
      data.setLength(0);
      hasData = false;
      events.accept(event);
    }
  }

  private static AgentException tooLarge(String what) {
    return new AgentException(
        AgentException.TOO_LARGE, "The agent's answer has " + what + " over " + MOST + " bytes.");
  }
}
