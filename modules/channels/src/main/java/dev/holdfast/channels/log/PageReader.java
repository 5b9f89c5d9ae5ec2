package dev.holdfast.channels.log;

import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.channels.Publication;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.core.bounds.FairTurns;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages of logs for history and for consumers, on a link of their own. A bounded number is
 * read at a time, fewer for each tenant. Confined to its link.
 */
public final class PageReader {
  private static final int MOST = 32;
  private static final int MOST_OF_TENANT = 8;
  private static final int MOST_WAITING = 256;

  /** Longest wait in ms; less than the 5 s for which the asker waits. */
  private static final long PATIENCE_MS = 4_000;

  /** Bytes of a page: a chunk as it comes from Redis, as a page, and on its way to the asker. */
  private static final long PAGE_BYTES = 4L * ChannelStore.CHUNK_BYTES;

  private final ChannelStore store;
  private final FairTurns turns;

  public PageReader(ChannelStore store, Budget.Share share, MeterRegistry registry) {
    this.store = store;
    var bounds = new FairTurns.Bounds(MOST, MOST_OF_TENANT, MOST_WAITING, PATIENCE_MS, PAGE_BYTES);
    this.turns = new FairTurns("pages", bounds, share, registry);
  }

  /** Reads as {@link ChannelStore#read} does; RATE_LIMITED if too many of the tenant wait. */
  public Future<Page> read(Channel channel, @Nullable Position after, int limit) {
    return turns
        .run(channel.tenant(), () -> store.read(channel, after, limit))
        .map(PageReader::page);
  }

  /**
   * Makes a page of a chunk.
   *
   * @param chunk none if there is no log
   */
  private static Page page(ChannelStore.@Nullable Chunk chunk) {
    if (chunk == null) {
      return new Page(List.of(), null, null);
    }
    List<Publication> publications = new ArrayList<>(chunk.entries().size());
    for (ChannelStore.Stored entry : chunk.entries()) {
      String json = "{" + new String(entry.body(), StandardCharsets.UTF_8) + "}";
      publications.add(new Publication(chunk.top().at(entry.seq()), entry.at(), json));
    }
    return new Page(publications, chunk.gap(), chunk.top());
  }
}
