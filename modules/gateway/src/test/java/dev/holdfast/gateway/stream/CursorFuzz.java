package dev.holdfast.gateway.stream;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;

/** The part of the fuzzer's target that is about ids of streams. */
public final class CursorFuzz {
  private CursorFuzz() {}

  /** Refused by name; or it stands for what its own id stands for. */
  public static void id(String text) {
    StreamCursors cursors;
    try {
      cursors = StreamCursors.parse(text);
    } catch (HoldfastException refused) {
      if (refused.code() != ErrorCode.BAD_REQUEST) {
        throw new AssertionError("refused as " + refused.code());
      }
      return;
    }
    StreamCursors again = StreamCursors.parse(cursors.id());
    if (!again.session().equals(cursors.session())
        || !again.positions().equals(cursors.positions())) {
      throw new AssertionError("another id than it came from");
    }
  }
}
