package dev.holdfast.gateway;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Access;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.sessions.SessionMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one connection publishes, in its order per channel. The first durable publication to a
 * channel waits until the session's record says that it publishes there, so that a later attachment
 * knows to fence it; those after it wait behind. Confined to the event loop.
 */
final class Publishing {
  private static final int MAX_WAITING = 1_000;

  private final LiveSession session;
  private final TokenBucket rate;
  private final Set<ChannelName> noted = new HashSet<>();
  private final Map<ChannelName, Deque<ClientFrame.Publish>> waiting = new HashMap<>();

  Publishing(LiveSession session) {
    this.session = session;
    int perSecond = session.connection.loop.config.publishRate();
    this.rate = new TokenBucket(perSecond, System.nanoTime());
  }

  void publish(ClientFrame.Publish frame) {
    long wait = rate.take(System.nanoTime());
    if (wait > 0) {
      refuse(frame, ErrorCode.RATE_LIMITED, wait);
    } else if (!mayPublish(frame.channel())) {
      refuse(frame, ErrorCode.FORBIDDEN, 0);
    } else if (frame.isVolatile() || noted.contains(frame.channel())) {
      send(frame);
    } else {
      queue(frame);
    }
  }

  private boolean mayPublish(ChannelName name) {
    return Access.mayPublish(session.caller, session.ref.session(), session.channel(name));
  }

  private void queue(ClientFrame.Publish frame) {
    Deque<ClientFrame.Publish> queue = waiting.get(frame.channel());
    if (queue == null) {
      queue = new ArrayDeque<>();
      waiting.put(frame.channel(), queue);
      note(frame.channel());
    }
    if (queue.size() >= MAX_WAITING) {
      refuse(frame, ErrorCode.RATE_LIMITED, 1_000);
    } else {
      queue.add(frame);
    }
  }

  private void note(ChannelName name) {
    session
        .connection
        .loop
        .services
        .sessions()
        .notePublishing(new SessionMessage.NotePublishing(session.ref, name))
        .onSuccess(
            done -> {
              noted.add(name);
              waiting.remove(name).forEach(this::send);
            })
        .onFailure(failure -> waiting.remove(name).forEach(frame -> refuse(frame, failure)));
  }

  private void send(ClientFrame.Publish frame) {
    var item = new ChannelMessage.Item(frame.n(), frame.event(), frame.data(), frame.isVolatile());
    var message =
        new ChannelMessage.Publish(
            session.caller,
            session.ref.session(),
            session.channel(frame.channel()),
            frame.isVolatile() ? null : Publisher.of(session.ref),
            List.of(item));
    session
        .connection
        .loop
        .services
        .channels()
        .publish(message)
        .onSuccess(published -> answer(frame, published.results().get(0)))
        .onFailure(failure -> refuse(frame, failure));
  }

  private void answer(ClientFrame.Publish frame, ChannelMessage.Result result) {
    if (result.refused() != null) {
      session.connection.refuse(frame.id(), result.refusal(), 0, result.expected());
    } else if (result.position() != null) {
      session.connection.out.send(
          ServerFrames.publishReply(frame.id(), result.position(), result.duplicate()));
    } else {
      // Volatile, or stored so long ago that its position is no longer known.
      String data = result.duplicate() ? "{\"duplicate\":true}" : "{}";
      session.connection.out.send(ServerFrames.reply(frame.id(), data));
    }
  }

  private void refuse(ClientFrame.Publish frame, Throwable failure) {
    session.connection.refuse(frame.id(), failure);
  }

  private void refuse(ClientFrame.Publish frame, ErrorCode code, long retryAfter) {
    var refusal = new HoldfastException(code, "publish to " + frame.channel());
    session.connection.refuse(frame.id(), refusal, retryAfter, 0);
  }
}
