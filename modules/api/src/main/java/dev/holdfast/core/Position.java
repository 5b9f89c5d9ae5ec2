package dev.holdfast.core;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A place in a channel's log: after publication {@code seq} of {@code epoch}. Compare seqs only
 * within one epoch.
 *
 * @param epoch opaque, 1 to 32 characters of {@code [A-Za-z0-9_-]}; changes when the log may have
 *     lost acknowledged publications
 * @param seq 0 (before the first publication) to 2^53 − 1
 */
public record Position(String epoch, long seq) implements BusValue {
  /** The largest number that JSON holds exactly. */
  public static final long MAX_SEQ = (1L << 53) - 1;

  private static final Pattern TEXT = Pattern.compile("[A-Za-z0-9_-]{1,32}:[0-9]{1,16}");

  public Position {
    Objects.requireNonNull(epoch, "epoch");
    if (seq < 0 || seq > MAX_SEQ) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "seq: 0 to 2^53-1");
    }
    if (epoch.isEmpty() || epoch.length() > 32) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "epoch: 1 to 32 characters");
    }
    Names.id(epoch, "epoch");
  }

  /**
   * Reads {@code epoch:seq}, as {@link #text} writes it.
   *
   * @throws HoldfastException BAD_REQUEST
   */
  public static Position parse(String text) {
    if (!TEXT.matcher(text).matches()) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "a cursor epoch:seq");
    }
    int colon = text.indexOf(':');
    return new Position(text.substring(0, colon), Long.parseLong(text.substring(colon + 1)));
  }

  /** Returns {@code epoch:seq}, for people, addresses and places that keep texts alone. */
  public String text() {
    return epoch + ":" + seq;
  }

  public Position at(long otherSeq) {
    return new Position(epoch, otherSeq);
  }
}
