package dev.holdfast.channels;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Names;
import java.util.Objects;

/**
 * One instance's hold on a consumer of a channel.
 *
 * @param name the consumer's, unique in the channel: 1 to 64 letters, digits, {@code _ -}
 * @param owner the instance, unique among all that ever claim it
 * @param generation counts its claims; what carries an older one changes nothing
 */
public record ConsumerRef(Channel channel, String name, String owner, long generation)
    implements BusValue {
  public ConsumerRef {
    Objects.requireNonNull(channel, "channel");
    Names.id(name, "consumer");
    Names.id(owner, "owner");
  }
}
