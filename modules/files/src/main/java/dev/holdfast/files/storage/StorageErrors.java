package dev.holdfast.files.storage;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.io.IOException;
import java.util.Locale;

/** Names what goes wrong with the storage; users see nothing of its paths. */
final class StorageErrors {
  private StorageErrors() {}

  /** Returns STORE_FULL if there is no room, UNAVAILABLE for the rest; a named failure stays. */
  static HoldfastException named(Throwable failure) {
    if (!(failure instanceof IOException)) {
      return HoldfastException.from(failure);
    }
    String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    boolean full = text.contains("no space left") || text.contains("quota exceeded");
    return new HoldfastException(
        full ? ErrorCode.STORE_FULL : ErrorCode.UNAVAILABLE, "file storage: " + failure);
  }
}
