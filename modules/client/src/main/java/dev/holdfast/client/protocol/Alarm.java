package dev.holdfast.client.protocol;

import org.jspecify.annotations.Nullable;

/** One thing to do later; setting it anew cancels what was set before. */
final class Alarm {
  private final Wire wire;
  private @Nullable Runnable cancel;

  Alarm(Wire wire) {
    this.wire = wire;
  }

  void set(long millis, Runnable task) {
    cancel();
    cancel = wire.after(Math.max(1, millis), task);
  }

  void cancel() {
    if (cancel != null) {
      cancel.run();
      cancel = null;
    }
  }
}
