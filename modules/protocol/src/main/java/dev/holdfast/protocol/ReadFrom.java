package dev.holdfast.protocol;

import dev.holdfast.core.Position;
import org.jspecify.annotations.Nullable;

/**
 * The place at which a {@code subscribe} begins to read.
 *
 * @param place what the client named
 * @param cursor after which to read; there is one only if {@code place} is {@link Place#CURSOR}
 */
public record ReadFrom(Place place, @Nullable Position cursor) {
  /** The ways to say it. */
  public enum Place {
    LATEST,
    EARLIEST,
    SNAPSHOT,
    CURSOR
  }

  public static final ReadFrom LATEST = new ReadFrom(Place.LATEST, null);
  public static final ReadFrom EARLIEST = new ReadFrom(Place.EARLIEST, null);

  /** Begins with what the channel's events add up to, and those after it. */
  public static final ReadFrom SNAPSHOT = new ReadFrom(Place.SNAPSHOT, null);

  public static ReadFrom after(Position cursor) {
    return new ReadFrom(Place.CURSOR, cursor);
  }
}
