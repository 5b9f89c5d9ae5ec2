package dev.holdfast.redis.queue;

import io.vertx.core.buffer.Buffer;

/** Estimates the memory that a command takes until it is answered, in bytes. */
public final class CommandSize {
  /** Bytes for the call, its promise, and the driver's objects for them. */
  private static final int CALL = 512;

  private static final int ARGUMENT = 32;

  private CommandSize() {}

  /**
   * @param args strings, numbers, booleans, {@code byte[]} or {@link Buffer}
   */
  public static long of(Object... args) {
    long bytes = CALL;
    for (Object arg : args) {
      bytes += ARGUMENT + length(arg);
    }
    return bytes;
  }

  private static long length(Object arg) {
    if (arg instanceof String text) {
      return text.length();
    }
    if (arg instanceof byte[] bytes) {
      return bytes.length;
    }
    return arg instanceof Buffer buffer ? buffer.length() : 0;
  }
}
