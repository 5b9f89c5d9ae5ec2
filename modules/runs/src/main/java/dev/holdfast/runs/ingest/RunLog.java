package dev.holdfast.runs.ingest;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Publication;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The logs of runs, by the channels service of this node. */
final class RunLog {
  private static final int PAGE = 1_000;
  private static final String SERVICE = "runs";
  private static final String FROM_US = "\"from\":{\"service\":\"" + SERVICE + "\"}}";

  private final ServiceClient channels;
  private final Caller self = new Caller.Service(SERVICE, Ids.fresh(), Set.of("*"), Set.of());

  RunLog(ServiceClient channels) {
    this.channels = channels;
  }

  /** One publication: the event's name, and its data as JSON. */
  record Entry(String event, String data) {}

  /**
   * Appends events of a run, in order; fails as the first that is refused.
   *
   * @param n the number of the first
   */
  Future<List<Result>> append(Channel channel, Publisher publisher, long n, List<Entry> entries) {
    int size = Math.min(entries.size(), ChannelMessage.MAX_ITEMS);
    List<Item> items = new ArrayList<>(size);
    for (Entry entry : entries.subList(0, size)) {
      items.add(new Item(n + items.size(), entry.event(), entry.data(), false));
    }
    if (items.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    return channels
        .ask(new ChannelMessage.Publish(self, null, channel, publisher, items))
        .map(RunLog::accepted)
        .compose(
            first ->
                size == entries.size()
                    ? Future.succeededFuture(first)
                    : append(channel, publisher, n + size, entries.subList(size, entries.size()))
                        .map(rest -> joined(first, rest)));
  }

  private static List<Result> accepted(Published published) {
    for (Result result : published.results()) {
      if (result.refused() != null) {
        throw result.refusal();
      }
    }
    return published.results();
  }

  /** Publishes one event; the result may be a refusal. */
  Future<Result> publish(Channel channel, Publisher publisher, long n, Entry entry) {
    var items = List.of(new Item(n, entry.event(), entry.data(), false));
    return channels
        .ask(new ChannelMessage.Publish(self, null, channel, publisher, items))
        .map(published -> published.results().get(0));
  }

  /**
   * Reads what the runs service has published in a run's channel, which nobody else should do.
   *
   * @param after none: from the beginning
   * @param most publications
   */
  Future<List<Publication>> read(Channel channel, @Nullable Position after, long most) {
    return read(channel, after, most, new ArrayList<>());
  }

  private Future<List<Publication>> read(
      Channel channel, @Nullable Position after, long most, List<Publication> found) {
    if (found.size() >= most) {
      return Future.succeededFuture(found);
    }
    return channels
        .ask(new ChannelMessage.History(self, channel, after, PAGE))
        .compose(
            page -> {
              take(page, most, found);
              Position end = end(page);
              return end == null ? Future.succeededFuture(found) : read(channel, end, most, found);
            });
  }

  private static void take(Page page, long most, List<Publication> found) {
    for (Publication publication : page.publications()) {
      if (found.size() < most && publication.json().endsWith(FROM_US)) {
        found.add(publication);
      }
    }
  }

  /** Where reading goes on; none: that was all. */
  private static @Nullable Position end(Page page) {
    List<Publication> read = page.publications();
    if (read.isEmpty()) {
      return null;
    }
    Position last = read.get(read.size() - 1).position();
    Position top = page.top();
    return top == null || last.seq() >= top.seq() ? null : last;
  }

  private static <T> List<T> joined(List<T> first, List<T> rest) {
    List<T> all = new ArrayList<>(first);
    all.addAll(rest);
    return all;
  }
}
