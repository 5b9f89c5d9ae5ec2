package dev.holdfast.client.session;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A position in a channel.
 *
 * @param epoch names one state of the channel's log; opaque
 * @param seq at most 2^53 − 1
 */
public record Cursor(String epoch, long seq) {
  public Cursor {
    Objects.requireNonNull(epoch, "epoch");
  }

  /** Returns whether it lies at or before the other one, in the same epoch. */
  public boolean isCoveredBy(@Nullable Cursor other) {
    return other != null && epoch.equals(other.epoch) && seq <= other.seq;
  }
}
