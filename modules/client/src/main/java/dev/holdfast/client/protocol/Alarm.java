package dev.holdfast.client.protocol;

import org.jspecify.annotations.Nullable;

/** A timer for one task; setting it anew cancels the task before. */
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
