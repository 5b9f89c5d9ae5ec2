package dev.holdfast.gateway.subscription;

import dev.holdfast.core.Access;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.session.ClientLink;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.limits.Cost;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.Limiter;
import dev.holdfast.limits.Place;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The channels that one connection reads, each with its place among those of its user and tenant.
 * Confined to the event loop.
 */
public final class Readings {
  private static final long LONGEST_TURN_MS = 30_000;

  private final ClientSession session;
  private final ClientLink client;
  private final Limiter limiter;
  private final Context context;
  private final Map<ChannelName, Reading> readings = new HashMap<>();
  private final Set<ChannelName> doubtful = new LinkedHashSet<>();
  private boolean closed;

  public Readings(ClientSession session, ClientLink client, Limiter limiter, Context context) {
    this.session = session;
    this.client = client;
    this.limiter = limiter;
    this.context = context;
  }

  /** Returns the reading of a channel; none if the channel is not read. */
  @Nullable Reading get(ChannelName name) {
    return readings.get(name);
  }

  public boolean has(ChannelName name) {
    return readings.containsKey(name);
  }

  /** Returns whether the user's own permissions, as they are now, open a channel. */
  boolean isPermitted(ChannelName name) {
    return Access.mayRead(session.caller(), session.ref().session(), session.channel(name));
  }

  /** Returns those that are read, and that nothing opens now but, perhaps, whose run it is. */
  List<Reading> notPermitted() {
    return readings.values().stream()
        .filter(reading -> !reading.isGranted() && !isPermitted(reading.name))
        .toList();
  }

  boolean isFull() {
    return readings.size() >= GatewayConfig.CHANNEL_LIMIT + own().size();
  }

  public boolean isClosed() {
    return closed;
  }

  List<ChannelName> own() {
    ChannelName user = ChannelName.user(session.user());
    return List.of(ChannelName.TENANT, user, ChannelName.session(session.ref().session()));
  }

  public boolean isOwn(ChannelName name) {
    return own().contains(name);
  }

  /**
   * Notes that a subscription failed, perhaps after the record had it. As many are kept as a
   * session may have; one that is forgotten is reported to the client when it resumes.
   */
  void doubtful(ChannelName name) {
    if (doubtful.size() >= GatewayConfig.CHANNEL_LIMIT && !doubtful.contains(name)) {
      doubtful.remove(doubtful.iterator().next());
    }
    doubtful.add(name);
  }

  /** Notes that the record does not have the channel. */
  void certain(ChannelName name) {
    doubtful.remove(name);
  }

  /** Returns whether the record may have a channel that is not read. */
  boolean mayBeStored(ChannelName name) {
    return doubtful.contains(name);
  }

  /** Takes a place for one more; none if user or tenant have as many as they may. */
  Future<@Nullable Place> place() {
    return limiter.enter(context, session.tenant(), session.user(), Limit.SUBSCRIPTIONS, 1);
  }

  /**
   * Waits until the rates of user and tenant allow one frame more: for a subscription that no frame
   * of its own asks for.
   */
  Future<Void> turn() {
    return limiter
        .await(context.owner(), session.tenant(), session.user(), Cost.request(0), LONGEST_TURN_MS)
        .compose(wait -> wait == 0 ? Future.succeededFuture() : Future.failedFuture(tooFast(wait)));
  }

  private static HoldfastException tooFast(long wait) {
    ErrorCode code = wait == Limiter.NEVER ? ErrorCode.LIMIT_EXCEEDED : ErrorCode.RATE_LIMITED;
    return new HoldfastException(code, "subscriptions of a hello");
  }

  /**
   * Adds a reading. One that the session has already, or that a service gave it, is never one too
   * many.
   */
  Reading add(Reading reading) {
    if (!reading.hasPlace() && !isOwn(reading.name)) {
      reading.in(limiter.force(session.tenant(), session.user(), Limit.SUBSCRIPTIONS, 1));
    }
    readings.put(reading.name, reading);
    return reading;
  }

  /** Ends a reading, if there is one, and reports the reason. */
  public void end(ChannelName name, String code) {
    Reading reading = readings.get(name);
    if (reading != null) {
      drop(reading);
      client.send(ServerFrames.unsubscribed(name, code));
    }
  }

  void drop(Reading reading) {
    reading.end();
    readings.remove(reading.name, reading);
  }

  /** Returns the acknowledged cursors that are not stored yet; also after {@link #close}. */
  public Map<ChannelName, Position> unsaved() {
    Map<ChannelName, Position> unsaved = new HashMap<>();
    for (Reading reading : readings.values()) {
      if (reading.unsaved() != null) {
        unsaved.put(reading.name, reading.unsaved());
      }
    }
    return unsaved;
  }

  public void saved(Map<ChannelName, Position> cursors) {
    cursors.forEach(
        (name, cursor) -> {
          if (readings.containsKey(name)) {
            readings.get(name).saved(cursor);
          }
        });
  }

  public void close() {
    closed = true;
    readings.values().forEach(Reading::end);
  }
}
