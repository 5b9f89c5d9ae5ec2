package dev.holdfast.channels.service;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelStore.Appended;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName.Kind;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Publications of one message for one channel, in order: numbered by their publisher, or with keys
 * of their caller.
 *
 * @param session the caller's; none if it may not publish in a session's own channel
 * @param numbers the publisher whose numbers the entries have, if several may be stored at once
 */
record Batch(
    Caller caller,
    @Nullable String session,
    Channel channel,
    @Nullable Publisher numbers,
    List<Entry> entries) {
  /** The service that announces what becomes of files. */
  private static final String FILES = "files";

  /**
   * One publication.
   *
   * @param n its publisher's number; 0: it has none, or is volatile
   * @param append stores it, unless it is volatile
   */
  record Entry(String event, String data, boolean isVolatile, long n, Append append) {}

  /** Stores a publication once for its number or key. */
  interface Append {
    /**
     * Appends the publication.
     *
     * @param body of the publication's frame
     */
    Future<Appended> to(ChannelStore store, byte[] body);
  }

  static Batch of(ChannelMessage.Publish message) {
    List<Entry> entries =
        message.items().stream()
            .map(
                item ->
                    new Entry(
                        item.event(),
                        item.data(),
                        item.isVolatile(),
                        item.isVolatile() ? 0 : item.n(),
                        (store, body) -> append(message, item.n(), body, store)))
            .toList();
    Publisher publisher = message.publisher();
    Publisher numbers = publisher == null || publisher.isNamedByCaller() ? null : publisher;
    return new Batch(message.caller(), message.session(), message.channel(), numbers, entries);
  }

  /** Returns whether Holdfast itself, or one of its services, writes them: no tenant's. */
  boolean isOurs() {
    return channel.name().kind() == Kind.SYSTEM || isOfRun();
  }

  /**
   * Returns whether Holdfast itself publishes them, for a tenant or about what it has: what becomes
   * of its sessions, runs and files.
   */
  boolean isOfHoldfast() {
    return isOurs()
        || caller instanceof Caller.Service service
            && service.tenants().contains("*")
            && (service.name().equals(FILES) || numbers != null && numbers.isRun());
  }

  /** Returns whether these are the events of a run, in its channel. */
  boolean isOfRun() {
    return channel.name().kind() == Kind.RUN
        && caller instanceof Caller.Service
        && numbers != null
        && numbers.id().equals(Publisher.RUN);
  }

  static Batch of(PublishKeyed message) {
    Caller caller = message.caller();
    Channel channel = message.channel();
    List<Entry> entries =
        message.entries().stream()
            .map(
                entry ->
                    new Entry(
                        entry.event(),
                        entry.data(),
                        entry.isVolatile(),
                        0,
                        (store, body) -> store.appendKeyed(caller, channel, entry, body)))
            .toList();
    return new Batch(caller, null, channel, null, entries);
  }

  private static Future<Appended> append(
      ChannelMessage.Publish message, long n, byte[] body, ChannelStore store) {
    Channel channel = message.channel();
    // Only a message of nothing but volatile publications has none.
    Publisher publisher = Objects.requireNonNull(message.publisher());
    return publisher.isNamedByCaller()
        ? store.appendNamed(message.caller(), channel, publisher, n, body)
        : store.append(channel, publisher, n, body);
  }
}
