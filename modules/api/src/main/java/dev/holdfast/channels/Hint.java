package dev.holdfast.channels;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Channel;
import dev.holdfast.core.NodeId;
import java.util.List;

/**
 * A copy of an appended publication, for the nodes that have readers of the channel. Never the only
 * copy, unless it is volatile.
 *
 * @param seq 0 if volatile
 * @param at Redis time in ms
 * @param body the stored fragment of JSON: event, data and from
 */
public record Hint(Channel channel, String epoch, long seq, long at, byte[] body)
    implements BusValue {
  private static final byte[] NOTHING = {};

  /**
   * Returns a hint that brings no publication, but makes a hub read the log: it is of an epoch that
   * no log has.
   */
  public static Hint look(Channel channel, long at) {
    return new Hint(channel, "", 1, at, NOTHING);
  }

  public boolean isVolatile() {
    return seq == 0;
  }

  /**
   * Hints from one node to another, in the order of their appends.
   *
   * @param number counts the batches from this life of {@code from} to this life of the receiver,
   *     from 1
   */
  public record Batch(NodeId from, long number, List<Hint> hints) implements BusValue {
    public Batch {
      hints = List.copyOf(hints);
    }
  }

  /**
   * Says once a second which batch was the last, so that a lost one is noticed.
   *
   * @param number of the last batch; 0 if there was none
   * @param at Redis time in ms: what the sender knows to have been appended until then was hinted,
   *     in batches up to that number. Never 0, except from a build before this member
   */
  public record Beat(NodeId from, long number, long at) implements BusValue {}
}
