package dev.holdfast.channels;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Appends publications of a caller that keeps no state, as over HTTP, to one channel, in order.
 * Each is answered for itself. A publication with a key is stored once within 2 minutes, however
 * often it is sent; the same key with another event or data is CONFLICT. A publication without a
 * key is stored each time.
 *
 * @param entries 1 to {@link ChannelMessage#MAX_ITEMS}
 */
public record PublishKeyed(Caller caller, Channel channel, List<Entry> entries)
    implements ChannelMessage<ChannelMessage.Published> {
  /** The longest idempotency key. */
  public static final int MAX_KEY = 1_024;

  public PublishKeyed {
    Objects.requireNonNull(caller, "caller");
    Objects.requireNonNull(channel, "channel");
    entries = List.copyOf(entries);
    if (entries.isEmpty() || entries.size() > MAX_ITEMS) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "publications: 1 to " + MAX_ITEMS);
    }
  }

  /**
   * One publication.
   *
   * @param key 1 to {@link #MAX_KEY} characters, of this caller in this channel
   * @param data one JSON value, as text
   * @param isVolatile whether it is never stored: it reaches whoever reads the channel now; its key
   *     is ignored
   */
  public record Entry(@Nullable String key, String event, String data, boolean isVolatile)
      implements BusValue {
    public Entry {
      Names.event(event);
      Objects.requireNonNull(data, "data");
      if (key != null && (key.isEmpty() || key.length() > MAX_KEY)) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST, "idempotencyKey: 1 to " + MAX_KEY + " characters");
      }
    }
  }

  /** Returns true if all have keys: each is then stored once. */
  @Override
  public boolean repeatable() {
    return entries.stream().allMatch(entry -> entry.key() != null && !entry.isVolatile());
  }

  @Override
  public int weight() {
    return entries.stream().mapToInt(entry -> ITEM_BYTES + entry.data().length()).sum();
  }

  @Override
  public <R> R dispatch(Handler<R> handler) {
    return handler.publishKeyed(this);
  }
}
