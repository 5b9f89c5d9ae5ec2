package dev.holdfast.channels;

import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;
import io.vertx.core.Future;

/** Reads pages of logs for history and for consumers, so many at a time. Confined to its link. */
final class PageReader {
  private final ChannelStore store;
  private final ReadTurns turns = new ReadTurns();

  PageReader(ChannelStore store) {
    this.store = store;
  }

  /** See {@link ChannelStore#read}. */
  Future<Page> read(Channel channel, Position after, int limit) {
    return turns.run(() -> store.read(channel, after, limit)).map(Page::of);
  }
}
