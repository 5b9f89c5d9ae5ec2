package dev.holdfast.runs;

import org.jspecify.annotations.Nullable;

/** How many bytes texts have in JSON. */
final class JsonBytes {
  private static final int QUOTES = 2;

  private JsonBytes() {}

  /** Returns as many bytes as a text may have, whatever it is written in; none has 0. */
  static int of(@Nullable String text) {
    int bytes = text == null ? 0 : QUOTES;
    for (int i = 0; text != null && i < text.length(); i++) {
      char one = text.charAt(i);
      boolean escaped = one < ' ' || one == '"' || one == '\\';
      bytes += escaped ? 6 : one < 0x80 ? 1 : 3;
    }
    return bytes;
  }
}
