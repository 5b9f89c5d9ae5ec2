package dev.holdfast.gateway.session;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Access;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.session.ChannelOrder.Turn;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.sessions.SessionMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Publications of one connection, in its order per channel. The first durable publication to a
 * channel waits until the session's record names the channel, so that a later attachment knows to
 * fence it. Publications after it wait, too. Confined to the event loop.
 */
public final class Publishing {
  private final ClientSession session;
  private final ClientLink client;
  private final ChannelOrder order;
  private final ServiceClient sessions;
  private final ServiceClient channels;
  private final PublishedTo published = new PublishedTo();
  private final Map<ChannelName, Deque<Waiting>> waiting = new HashMap<>();

  public Publishing(
      ClientSession session,
      ClientLink client,
      ChannelOrder order,
      ServiceClient sessions,
      ServiceClient channels) {
    this.session = session;
    this.client = client;
    this.order = order;
    this.sessions = sessions;
    this.channels = channels;
  }

  /**
   * Takes the channels to which the session published before the attach; they are fenced by now.
   */
  public void resumed(Set<ChannelName> channels) {
    published.named(channels);
  }

  public void publish(ClientFrame.Publish frame) {
    int size = frame.data().length();
    order.together(frame.channel(), frame.id(), size, turn -> begin(frame, turn));
  }

  private void begin(ClientFrame.Publish frame, Turn turn) {
    if (!Access.mayPublish(
        session.caller(), session.ref().session(), session.channel(frame.channel()))) {
      refuse(frame, turn, Access.refusal(session.caller(), "publish", frame.channel()));
    } else if (frame.isVolatile() || published.noted(frame.channel())) {
      send(frame, turn);
    } else {
      queue(frame, turn);
    }
  }

  private void queue(ClientFrame.Publish frame, Turn turn) {
    Deque<Waiting> queue = waiting.get(frame.channel());
    if (queue == null) {
      queue = new ArrayDeque<>();
      waiting.put(frame.channel(), queue);
      queue.add(new Waiting(frame, turn));
      note(frame.channel());
    } else {
      queue.add(new Waiting(frame, turn));
    }
  }

  private void note(ChannelName name) {
    ChannelName leaves = published.noting(name);
    sessions
        .ask(new SessionMessage.NotePublishing(session.ref(), name, leaves))
        .onSuccess(
            done -> {
              published.noted(name, true);
              queued(name).forEach(one -> send(one.frame(), one.turn()));
            })
        .onFailure(
            failure -> {
              published.noted(name, false);
              published.mayBeNamed(leaves);
              queued(name).forEach(one -> refuse(one.frame(), one.turn(), failure));
            });
  }

  /** Takes the publications that wait for the record. */
  private Deque<Waiting> queued(ChannelName name) {
    Deque<Waiting> queue = waiting.remove(name);
    return queue == null ? new ArrayDeque<>() : queue;
  }

  private void send(ClientFrame.Publish frame, Turn turn) {
    var item = new ChannelMessage.Item(frame.n(), frame.event(), frame.data(), frame.isVolatile());
    var message =
        new ChannelMessage.Publish(
            session.caller(),
            session.ref().session(),
            session.channel(frame.channel()),
            frame.isVolatile() ? null : Publisher.of(session.ref()),
            List.of(item));
    if (!frame.isVolatile()) {
      published.sent(frame.channel());
    }
    channels
        .ask(message)
        .onSuccess(answered -> answered(frame, turn, answered.results().get(0)))
        .onFailure(
            failure -> {
              settled(frame, HoldfastException.from(failure).code());
              refuse(frame, turn, failure);
            });
  }

  private void answered(ClientFrame.Publish frame, Turn turn, ChannelMessage.Result result) {
    settled(frame, result.refused());
    turn.answer(() -> answer(frame, result));
  }

  private void settled(ClientFrame.Publish frame, @Nullable ErrorCode refused) {
    if (!frame.isVolatile()) {
      published.answered(frame.channel(), refused);
    }
  }

  private void answer(ClientFrame.Publish frame, ChannelMessage.Result result) {
    if (result.refused() != null) {
      client.refuse(frame.id(), result.refusal(), 0, result.expected());
    } else if (result.position() != null) {
      client.send(ServerFrames.publishReply(frame.id(), result.position(), result.duplicate()));
    } else {
      // Volatile, or stored so long ago that its position is forgotten.
      String data = result.duplicate() ? "{\"duplicate\":true}" : "{}";
      client.send(ServerFrames.reply(frame.id(), data));
    }
  }

  private void refuse(ClientFrame.Publish frame, Turn turn, Throwable failure) {
    turn.answer(() -> client.refuse(frame.id(), failure));
  }

  private record Waiting(ClientFrame.Publish frame, Turn turn) {}
}
