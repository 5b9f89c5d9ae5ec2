package dev.holdfast.channels.service;

import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Hint;
import dev.holdfast.channels.fanout.HintSender;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelStore.Appended;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.schemas.engine.Schemas;
import dev.holdfast.channels.schemas.engine.TenantSchemas;
import dev.holdfast.core.Access;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Publishes batches: checks each publication, appends those that fit to the log in the order of the
 * calls, and hints them to the nodes that read the channel. Confined to the context of the channels
 * verticle.
 */
final class Publishing {
  private final ChannelStore store;
  private final PublishRoom room;
  private final Schemas schemas;
  private final HintSender hints;
  private final Unhinted unhinted;
  private final DeadReaders deadReaders;
  private final ChannelsMetrics metrics;

  Publishing(
      ChannelStore store,
      PublishRoom room,
      Schemas schemas,
      HintSender hints,
      DeadReaders deadReaders,
      ChannelsMetrics metrics) {
    this.store = store;
    this.room = room;
    this.schemas = schemas;
    this.hints = hints;
    this.unhinted = new Unhinted(store, hints, metrics);
    this.deadReaders = deadReaders;
    this.metrics = metrics;
  }

  /**
   * Publishes a batch.
   *
   * @return a result per publication, in their order; fails with FORBIDDEN, and if Redis is needed
   *     and does not answer before the first one is appended
   */
  Future<Published> publish(Batch batch) {
    Channel channel = batch.channel();
    if (!Access.mayPublish(batch.caller(), batch.session(), channel)) {
      return Future.failedFuture(Access.refusal(batch.caller(), "publish", channel.name()));
    }
    return withSchemas(channel, known -> room.with(batch, inRoom -> entries(batch, known, inRoom)));
  }

  /** Reads a tenant's schemas before its first publication; those behind it wait, too. */
  private Future<Published> withSchemas(
      Channel channel, Function<TenantSchemas, Future<Published>> append) {
    TenantSchemas known = schemas.known(channel.tenant());
    return known != null ? append.apply(known) : schemas.load(channel.tenant()).compose(append);
  }

  private Future<Published> entries(Batch batch, TenantSchemas known, ChannelStore inRoom) {
    List<Future<Result>> results = new ArrayList<>(batch.entries().size());
    AppendRun run = new AppendRun(batch, inRoom);
    for (Batch.Entry entry : batch.entries()) {
      results.add(
          entry(batch, entry, known, run).recover(failure -> named(batch.channel(), failure)));
    }
    run.end();
    return Future.join(results).map(all -> new Published(all.list()));
  }

  private Future<Result> entry(Batch batch, Batch.Entry entry, TenantSchemas known, AppendRun run) {
    try {
      check(batch, entry, known);
    } catch (HoldfastException e) {
      return Future.failedFuture(e);
    }
    Channel channel = batch.channel();
    byte[] body = ServerFrames.body(entry.event(), entry.data(), batch.caller());
    Future<Appended> appended =
        entry.isVolatile() ? store.volatileNodes(channel) : run.add(entry, body);
    return appended.map(
        answer -> {
          Result result = published(channel, answer, body);
          if (result.refused() == null && !result.duplicate()) {
            room.took(batch, entry);
          }
          return result;
        });
  }

  /**
   * Refuses data that does not fit its schema, and data of services that is no JSON: nobody on this
   * side of the bus has read it before. The gateway that sends a user's data has read it; the bus
   * lets no service act as a user. Schemas do not apply in system channels, which belong to
   * Holdfast and its services, nor to the events of a run, whose names are not the tenant's.
   */
  private static void check(Batch batch, Batch.Entry entry, TenantSchemas known) {
    TenantSchemas applied = batch.isOurs() ? TenantSchemas.NONE : known;
    String fault =
        batch.caller() instanceof Caller.Service
            ? applied.faultOfUnread(entry.event(), entry.data())
            : applied.fault(entry.event(), entry.data());
    if (fault != null) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, fault);
    }
  }

  /** Sends hints that may be missing. Must be called once a second. */
  void tick() {
    unhinted.tick();
  }

  private Result published(Channel channel, Appended answer, byte[] body) {
    Result result = answer.result();
    metrics.published(result);
    room.changed(channel, answer.changes());
    if (result.refused() == null && !result.duplicate()) {
      Position position = result.position();
      String epoch = position == null ? "" : position.epoch();
      long seq = position == null ? 0 : position.seq();
      List<NodeId> readers = deadReaders.without(channel, answer.nodes());
      hints.hint(readers, new Hint(channel, epoch, seq, answer.at(), body));
    } else if (result.duplicate()) {
      // Whoever appended it may have died, or never had the answer, before it sent a hint.
      unhinted.add(channel);
    }
    return result;
  }

  private Future<Result> named(Channel channel, Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    if (named.code() == ErrorCode.UNAVAILABLE) {
      unhinted.unsure(channel); // it may have been stored
    }
    Result result = Result.refused(named.code(), named.publicMessage());
    metrics.published(result);
    return Future.succeededFuture(result);
  }
}
