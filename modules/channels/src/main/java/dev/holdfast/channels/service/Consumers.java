package dev.holdfast.channels.service;

import dev.holdfast.channels.ChannelMessage.Done;
import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.ConsumerMessage.Claimed;
import dev.holdfast.channels.ConsumerRef;
import dev.holdfast.channels.log.ConsumerStore;
import dev.holdfast.channels.log.PageReader;
import dev.holdfast.core.Access;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;

/**
 * Serves durable consumers. Its only state is the fetches that wait; their callers repeat them
 * elsewhere. Confined to the context of the channels verticle.
 */
final class Consumers implements ConsumerMessage.Handler<Future<?>> {
  private final ConsumerStore consumers;
  private final PageReader pages;
  private final Arrivals arrivals;

  Consumers(ConsumerStore consumers, PageReader pages, Arrivals arrivals) {
    this.consumers = consumers;
    this.pages = pages;
    this.arrivals = arrivals;
  }

  @Override
  public Future<Claimed> claim(ConsumerMessage.Claim message) {
    return may(message.caller(), message.channel())
        ? consumers.claim(message)
        : refused(message.channel());
  }

  @Override
  public Future<Done> commit(ConsumerMessage.Commit message) {
    ConsumerRef consumer = message.consumer();
    return may(message.caller(), consumer.channel())
        ? consumers
            .commit(consumer, message.cursor(), message.lease())
            .map(stored -> stored ? new Done() : fenced(consumer))
        : refused(consumer.channel());
  }

  private static Done fenced(ConsumerRef consumer) {
    throw HoldfastException.withPublicMessage(
        ErrorCode.FENCED, "another instance holds the consumer " + consumer.name());
  }

  @Override
  public Future<Done> release(ConsumerMessage.Release message) {
    return may(message.caller(), message.consumer().channel())
        ? consumers.release(message.consumer()).map(gone -> new Done())
        : refused(message.consumer().channel());
  }

  @Override
  public Future<Page> fetch(ConsumerMessage.Fetch message) {
    return may(message.caller(), message.channel())
        ? read(message)
            .compose(page -> news(page) || message.waitMs() == 0 ? done(page) : await(message))
        : refused(message.channel());
  }

  private Future<Page> read(ConsumerMessage.Fetch message) {
    return pages.read(message.channel(), message.after(), message.limit());
  }

  private Future<Page> await(ConsumerMessage.Fetch message) {
    return arrivals
        .after(message.channel(), message.after(), message.waitMs())
        .compose(moved -> read(message));
  }

  private static Future<Page> done(Page page) {
    return Future.succeededFuture(page);
  }

  private static boolean news(Page page) {
    return !page.publications().isEmpty() || page.gap() != null;
  }

  private static boolean may(Caller caller, Channel channel) {
    return caller instanceof Caller.Service && Access.mayRead(caller, null, channel);
  }

  private static <T> Future<T> refused(Channel channel) {
    return Future.failedFuture(new HoldfastException(ErrorCode.FORBIDDEN, "consume " + channel));
  }
}
