package dev.holdfast.channels.service;

import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.retained.Change;
import dev.holdfast.channels.retained.Retained;
import dev.holdfast.channels.retained.Room;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.limits.use.Use;
import dev.holdfast.limits.use.Uses;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives each message room for its publications. Three kinds are not counted: publications in {@code
 * system:} channels, which belong to Holdfast and its services; publications of services in a
 * session's channel, which go with the session; and the events of runs, which have limits of their
 * own. A service that acts for all tenants, like Holdfast's own, is counted, and refused nothing.
 * Confined to its context.
 */
final class PublishRoom {
  /** Bytes of an entry besides its data: the event, the publisher, and a share of the log. */
  private static final int ITEM_BYTES = 160;

  private final ChannelStore store;
  private final @Nullable Retained retained;
  private final Uses uses;

  /**
   * @param retained none if nothing is counted
   * @param uses counts what is taken, day by day
   */
  PublishRoom(ChannelStore store, @Nullable Retained retained, Uses uses) {
    this.uses = uses;
    this.store = store;
    this.retained = retained;
  }

  Future<Published> with(Batch batch, Function<ChannelStore, Future<Published>> publish) {
    long bytes = bytes(batch);
    Caller caller = batch.caller();
    Channel channel = batch.channel();
    Kind kind = channel.name().kind();
    String user = caller instanceof Caller.User of ? of.user() : null;
    boolean own = kind == Kind.SYSTEM || kind == Kind.SESSION && user == null || batch.isOfRun();
    if (retained == null || own || bytes == 0) {
      return publish.apply(store);
    }
    if (caller instanceof Caller.Service service && service.tenants().contains("*")) {
      return within(Room.COUNTED, publish);
    }
    return retained.enter(channel.tenant(), user, bytes).compose(room -> within(room, publish));
  }

  private static long bytes(Batch batch) {
    long bytes = 0;
    for (Batch.Entry entry : batch.entries()) {
      bytes += entry.isVolatile() ? 0 : ITEM_BYTES + ByteBufUtil.utf8Bytes(entry.data());
    }
    return bytes;
  }

  private Future<Published> within(Room room, Function<ChannelStore, Future<Published>> publish) {
    return Future.succeededFuture(store.in(room))
        .compose(publish) // also where it throws the room is left
        .onComplete(done -> room.leave());
  }

  /** Counts a publication that was taken, unless it is one of Holdfast's own. */
  void took(Batch batch, Batch.Entry entry) {
    if (!batch.isOfHoldfast()) {
      String tenant = batch.channel().tenant();
      uses.add(tenant, Use.PUBLICATIONS, 1);
      uses.add(tenant, Use.PUBLISHED, ByteBufUtil.utf8Bytes(entry.data()));
    }
  }

  void changed(Channel channel, List<Change> changes) {
    if (retained != null && !changes.isEmpty()) {
      retained.changed(channel.tenant(), changes);
    }
  }

  void tick() {
    if (retained != null) {
      retained.tick();
    }
  }

  Future<?> flush() {
    return retained == null ? Future.succeededFuture() : retained.flush();
  }
}
