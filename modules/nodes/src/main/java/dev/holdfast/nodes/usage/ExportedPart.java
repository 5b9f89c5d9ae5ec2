package dev.holdfast.nodes.usage;

import java.util.Map;
import java.util.TreeMap;

/**
 * The lines of an export that are to be fetched next. A part is full at some 128 KiB; a single line
 * may be longer.
 */
final class ExportedPart {
  static final int ROOM = 128 << 10;

  private final Map<String, Long> counts = new TreeMap<>();
  private StringBuilder lines = new StringBuilder();

  void add(JsonLine line) {
    lines.append(line);
    counts.merge(line.kind(), 1L, Long::sum);
  }

  boolean isFull() {
    return lines.length() >= ROOM;
  }

  /** Returns how many lines of each kind there were, in all parts, as a JSON object. */
  String counts() {
    var text = new StringBuilder();
    counts.forEach((kind, count) -> text.append(",\"" + kind + "\":" + count));
    return "{" + (text.isEmpty() ? "" : text.substring(1)) + "}";
  }

  /** Takes the lines out. */
  String take() {
    String taken = lines.toString();
    lines = new StringBuilder();
    return taken;
  }
}
