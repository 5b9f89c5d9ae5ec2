package dev.holdfast.core;

import java.util.Objects;

/**
 * A place in a channel's log: after publication {@code seq} of {@code epoch}. Compare seqs only
 * within one epoch.
 *
 * @param epoch opaque, 1 to 32 characters of {@code [A-Za-z0-9_-]}; changes when the log may have
 *     lost acknowledged publications
 * @param seq 0 (before the first publication) to 2^53 − 1
 */
public record Position(String epoch, long seq) implements BusValue {
  /** What JSON numbers hold exactly. */
  public static final long MAX_SEQ = (1L << 53) - 1;

  public Position {
    Objects.requireNonNull(epoch, "epoch");
    if (seq < 0 || seq > MAX_SEQ) {
      throw HoldfastException.told(ErrorCode.BAD_REQUEST, "seq: 0 to 2^53-1");
    }
    if (epoch.isEmpty() || epoch.length() > 32) {
      throw HoldfastException.told(ErrorCode.BAD_REQUEST, "epoch: 1 to 32 characters");
    }
    Names.id(epoch, "epoch");
  }

  public Position at(long otherSeq) {
    return new Position(epoch, otherSeq);
  }
}
