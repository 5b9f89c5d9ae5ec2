package dev.holdfast.gateway.subscription;

import dev.holdfast.channels.fanout.Start;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.gateway.session.ChannelOrder;
import dev.holdfast.gateway.session.ChannelOrder.Turn;
import dev.holdfast.gateway.session.ClientLink;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ReadFrom;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.NodeNotice;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions that the client did not ask for by a frame: those of the attach, and those that
 * services make. A subscription is in the session's record, with its first cursor, before the
 * client gets a frame about it; reading begins after that. Confined to the event loop.
 */
public final class Subscriptions {
  private final ClientSession session;
  private final ClientLink client;
  private final ChannelOrder order;
  private final Readings readings;
  private final Opening opening;
  private final SubscriptionRecord stored;
  private final RunReadings runs;
  private final HelloSubscriptions wanted;

  /** Readings of runs of which it is asked whether they are the user's own. */
  private final Set<Reading> asked = new HashSet<>();

  /** Notices from before {@link #open}; none once it is open. */
  private @Nullable List<NodeNotice> early = new ArrayList<>();

  public Subscriptions(
      ClientSession session,
      ClientLink client,
      ChannelOrder order,
      Readings readings,
      Opening opening,
      RunReadings runs) {
    this.session = session;
    this.client = client;
    this.order = order;
    this.readings = readings;
    this.opening = opening;
    this.stored = opening.record();
    this.runs = runs;
    this.wanted = new HelloSubscriptions(session, client, order, opening, runs);
  }

  /**
   * Opens channels after the welcome: the session's own three, those it is subscribed to, and those
   * that the client brought cursors for. The client's cursors win. A channel that a service granted
   * needs no permission of the user's own, nor does a run of the user's own. If the client names
   * all that it wants, what else it had asked for ends, and what is new begins.
   */
  public void open(Attached attached, ClientFrame.Hello hello) {
    Map<ChannelName, Position> brought = brought(hello, attached);
    Set<ChannelName> known = new HashSet<>(attached.subscriptions().keySet());
    known.addAll(brought.keySet());
    List<ChannelName> own = readings.own();
    known.removeAll(own);
    own.forEach(name -> opening.add(add(name, attached.subscriptions(), brought)));
    known.forEach(name -> open(name, attached, brought, hello.subscriptions()));
    List<NodeNotice> waiting = early;
    early = null;
    if (waiting != null) {
      waiting.forEach(this::notice);
    }
    opening.next();
    if (hello.subscriptions() != null) {
      known.addAll(own);
      hello.subscriptions().forEach((name, from) -> wanted.open(name, from, known));
    }
  }

  /** Returns the client's cursors, wherever it named them for what the session reads. */
  private static Map<ChannelName, Position> brought(ClientFrame.Hello hello, Attached attached) {
    Map<ChannelName, Position> brought = new HashMap<>(hello.channels());
    if (hello.subscriptions() != null) {
      hello
          .subscriptions()
          .forEach(
              (name, from) -> {
                if (from.cursor() != null && attached.subscriptions().containsKey(name)) {
                  brought.putIfAbsent(name, from.cursor());
                }
              });
    }
    return brought;
  }

  /**
   * @param all what the client wants; none: it does not say
   */
  private void open(
      ChannelName name,
      Attached attached,
      Map<ChannelName, Position> brought,
      @Nullable Map<ChannelName, ReadFrom> all) {
    Map<ChannelName, Position> cursors = attached.subscriptions();
    if (attached.granted().contains(name)) {
      opening.add(add(name, cursors, brought).granted());
    } else if (all != null && !all.containsKey(name)) {
      leave(name, cursors.get(name));
    } else if (readings.isPermitted(name)) {
      opening.add(add(name, cursors, brought));
    } else if (name.kind() == Kind.RUN) {
      Position cursor = brought.getOrDefault(name, cursors.get(name));
      askForRun(name, Objects.requireNonNull(cursor), cursors.containsKey(name));
    } else {
      forbidden(name, cursors.containsKey(name));
    }
  }

  /**
   * Ends what the client wants no longer, in its turn.
   *
   * @param cursor that of the record; none: it does not have the channel
   */
  private void leave(ChannelName name, @Nullable Position cursor) {
    order.alone(
        name,
        null,
        turn -> {
          Future<Boolean> gone =
              cursor == null ? Future.succeededFuture(true) : stored.withdraw(name);
          gone.onFailure(client::fail)
              .onComplete(done -> turn.answer(() -> left(name, cursor, done)));
        });
  }

  /**
   * A service may have granted it since the attach: then it is read on. Otherwise what a token
   * added for it ends, too.
   */
  private void left(ChannelName name, @Nullable Position cursor, AsyncResult<Boolean> gone) {
    if (gone.failed() || readings.isClosed() || readings.has(name)) {
      return;
    }
    if (gone.result() || cursor == null) {
      session.grants().drop(name);
      client.send(ServerFrames.unsubscribed(name, "requested"));
    } else {
      read(name, cursor);
    }
  }

  private Reading add(
      ChannelName name, Map<ChannelName, Position> cursors, Map<ChannelName, Position> brought) {
    Position cursor = brought.getOrDefault(name, cursors.get(name));
    Start first = name.kind() == Kind.SESSION ? Start.earliest() : Start.latest();
    Start start = cursor == null ? first : Start.after(cursor);
    Reading reading = readings.add(new Reading(name, start, cursors.containsKey(name)));
    if (start instanceof Start.Latest) {
      // Later publications of the client there must find the subscription in force.
      order.alone(name, null, turn -> reading.settled().onComplete(open -> turn.answer(() -> {})));
    }
    return reading;
  }

  /** Opens the channel of a run if that is the user's own: what granted it may be gone. */
  private void askForRun(ChannelName name, Position cursor, boolean isStored) {
    Reading reading = new Reading(name, Start.after(cursor), isStored).granted();
    order.alone(
        name,
        null,
        turn -> runs.isOwn(name).onComplete(own -> turn.answer(() -> openRun(reading, own))));
  }

  private void openRun(Reading reading, AsyncResult<Boolean> own) {
    if (readings.isClosed() || readings.has(reading.name)) {
      return; // or a service was faster
    }
    if (own.failed()) {
      client.send(ServerFrames.unsubscribed(reading.name, ErrorCode.INTERNAL.wireName()));
      readings.doubtful(reading.name);
    } else if (own.result()) {
      opening.add(readings.add(reading));
      opening.next();
    } else {
      forbidden(reading.name, reading.isStored());
    }
  }

  /** Ends a channel for which the permission was withdrawn, or never given. */
  private void forbidden(ChannelName name, boolean isStored) {
    client.send(ServerFrames.unsubscribed(name, ErrorCode.FORBIDDEN.wireName()));
    if (isStored) {
      stored.withdraw(name).onFailure(client::fail);
    }
  }

  /**
   * Ends what the user may no longer read. What a service granted stays, and so do runs of the
   * user's own.
   */
  public void permissionsChanged() {
    for (Reading reading : readings.notPermitted()) {
      if (reading.name.kind() != Kind.RUN) {
        withdraw(reading);
      } else if (asked.add(reading)) {
        runs.isOwn(reading.name).onComplete(own -> ownOrNot(reading, own));
      }
    }
  }

  /** A service may have granted it meanwhile, or another token may permit it again. */
  private void ownOrNot(Reading reading, AsyncResult<Boolean> own) {
    asked.remove(reading);
    if (own.succeeded() && own.result()) {
      reading.granted();
    } else if (!reading.isGranted() && !readings.isPermitted(reading.name)) {
      if (own.succeeded()) {
        withdraw(reading);
      } else {
        endUnknown(reading);
      }
    }
  }

  /** The record keeps it: a session that resumes asks again whose it is. */
  private void endUnknown(Reading reading) {
    if (readings.get(reading.name) == reading && !readings.isClosed()) {
      readings.end(reading.name, ErrorCode.INTERNAL.wireName());
      readings.doubtful(reading.name);
    }
  }

  /** The record loses the channel in its turn: it may be about to get it. */
  private void withdraw(Reading reading) {
    if (readings.get(reading.name) == reading && !readings.isClosed()) {
      readings.end(reading.name, ErrorCode.FORBIDDEN.wireName());
      order.alone(reading.name, null, turn -> withdraw(reading, turn));
    }
  }

  private void withdraw(Reading reading, Turn turn) {
    if (readings.has(reading.name)) { // again, by a service or another token
      turn.answer(() -> {});
      return;
    }
    stored
        .withdraw(reading.name)
        .onFailure(client::fail)
        .onComplete(gone -> turn.answer(() -> goOn(reading, gone)));
  }

  /** A service had granted it, of which no notice has come. */
  private void goOn(Reading ended, AsyncResult<Boolean> gone) {
    Position next = ended.next();
    boolean granted = gone.succeeded() && !gone.result();
    if (granted && next != null && !readings.isClosed() && !readings.has(ended.name)) {
      read(ended.name, next);
    }
  }

  /** Follows a service's change of the session's record. */
  public void notice(NodeNotice notice) {
    if (early != null) {
      early.add(notice);
    } else if (notice instanceof NodeNotice.Unsubscribed unsubscribed) {
      readings.end(unsubscribed.channel(), "service");
    } else if (notice instanceof NodeNotice.Subscribed subscribed) {
      subscribed(subscribed);
    }
  }

  private void subscribed(NodeNotice.Subscribed notice) {
    Reading known = readings.get(notice.channel());
    if (known != null) {
      known.granted();
      return;
    }
    read(notice.channel(), notice.from());
  }

  private void read(ChannelName granted, Position after) {
    opening.add(readings.add(new Reading(granted, Start.after(after), true).granted()));
    opening.next();
  }

  /**
   * Notes the positions that the client acknowledges.
   *
   * @return whether a cursor moved, and so has to be stored
   */
  public boolean ack(ClientFrame.Ack frame) {
    boolean moved = false;
    for (var cursor : frame.cursors().entrySet()) {
      Reading reading = readings.get(cursor.getKey());
      moved |= reading != null && reading.ack(cursor.getValue());
    }
    return moved;
  }
}
