package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import org.jspecify.annotations.Nullable;

/** Long texts, cut for events that have to be small. */
final class Clipped {
  /** Most bytes of UTF-8. */
  static final int MAX_BYTES = 8 * 1024;

  private Clipped() {}

  /** Puts the text, or as much of it as fits and {@code truncated}; nothing without a text. */
  static void put(ObjectNode data, String member, @Nullable String text) {
    if (text == null) {
      return;
    }
    int end = fitting(text);
    data.put(member, text.substring(0, end));
    if (end < text.length()) {
      data.put("truncated", true);
    }
  }

  /** Puts the value, or {@code truncated} if it is too long; nothing without a value. */
  static void put(ObjectNode data, String member, @Nullable JsonNode value) {
    if (value == null) {
      return;
    }
    String text = Json.text(value);
    if (fitting(text) == text.length()) {
      data.set(member, value);
    } else {
      data.put("truncated", true);
    }
  }

  /** The number of characters that fit; a pair of surrogates is not cut. */
  private static int fitting(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (bytes > MAX_BYTES) {
        return i;
      }
      i += Character.charCount(point);
    }
    return text.length();
  }
}
