package dev.holdfast.channels.log;

import dev.holdfast.channels.Hint;
import dev.holdfast.core.Channel;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.protocol.ServerFrames;

/**
 * A publication of a log, encoded once as the {@code event} frame that every reader of this node
 * gets.
 */
public record Frame(long seq, EncodedFrame encoded) {

  public static Frame of(Channel channel, String epoch, ChannelStore.Stored entry) {
    return new Frame(
        entry.seq(),
        ServerFrames.event(channel.name(), epoch, entry.seq(), entry.at(), entry.body()));
  }

  public static Frame of(Hint hint) {
    return new Frame(
        hint.seq(),
        ServerFrames.event(
            hint.channel().name(), hint.epoch(), hint.seq(), hint.at(), hint.body()));
  }
}
