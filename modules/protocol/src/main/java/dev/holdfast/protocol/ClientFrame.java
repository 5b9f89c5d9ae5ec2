package dev.holdfast.protocol;

import dev.holdfast.core.Attempt;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A frame of a client, validated. Each frame dispatches to a method of {@link Handler}. */
public sealed interface ClientFrame {

  /**
   * The first frame.
   *
   * @param token none: the upgrade carried it
   * @param resume the session wanted; none: a new one
   * @param channels the client's own cursors, at most {@link FrameDecoder#MAX_CURSORS}
   * @param client name and version, as {@code name/version}; at most 128 characters
   * @param attempt which of the client's attempts this is; none: the client does not count them
   * @param move whether the client comes because a node asked it to move
   * @param keepsCursors whether the client has its cursors when it comes back; otherwise those that
   *     it acknowledges are stored sooner
   * @param subscriptions all channels that the client wants to read besides the session's own, each
   *     with where reading begins if the session does not read it yet; at most {@link
   *     FrameDecoder#MAX_CURSORS}; none: it does not say
   */
  record Hello(
      @Nullable String token,
      @Nullable String resume,
      Map<ChannelName, Position> channels,
      String client,
      @Nullable Attempt attempt,
      boolean move,
      boolean keepsCursors,
      @Nullable Map<ChannelName, ReadFrom> subscriptions)
      implements ClientFrame {
    public Hello {
      channels = Map.copyOf(channels);
      subscriptions = subscriptions == null ? null : Map.copyOf(subscriptions);
    }

    /** Makes a hello without those members that may be left out. */
    public Hello(
        @Nullable String token,
        @Nullable String resume,
        Map<ChannelName, Position> channels,
        String client) {
      this(token, resume, channels, client, null, false, true, null);
    }

    @Override
    public void dispatch(Handler handler) {
      handler.hello(this);
    }

    /** The token is a secret. */
    @Override
    public String toString() {
      return "Hello[resume=" + resume + ", channels=" + channels + ", client=" + client + "]";
    }
  }

  /**
   * @param token adds what the session's user lacks for this channel; none: nothing
   */
  record Subscribe(String id, ChannelName channel, ReadFrom from, @Nullable String token)
      implements ClientFrame {
    public Subscribe(String id, ChannelName channel, ReadFrom from) {
      this(id, channel, from, null);
    }

    @Override
    public void dispatch(Handler handler) {
      handler.subscribe(this);
    }

    /** The token is a secret. */
    @Override
    public String toString() {
      return "Subscribe[id=" + id + ", channel=" + channel + ", from=" + from + "]";
    }
  }

  record Unsubscribe(String id, ChannelName channel) implements ClientFrame {
    @Override
    public void dispatch(Handler handler) {
      handler.unsubscribe(this);
    }
  }

  /**
   * @param data the JSON text as the client wrote it
   * @param n the session's count in this channel, from 1; 0 if volatile
   */
  record Publish(
      String id, ChannelName channel, String event, String data, long n, boolean isVolatile)
      implements ClientFrame {
    @Override
    public void dispatch(Handler handler) {
      handler.publish(this);
    }
  }

  /**
   * @param data the JSON text as the client wrote it
   * @param timeout ms, 1 to 60,000
   */
  record Request(String id, String service, String method, String data, long timeout)
      implements ClientFrame {
    @Override
    public void dispatch(Handler handler) {
      handler.request(this);
    }
  }

  record Ack(Map<ChannelName, Position> cursors) implements ClientFrame {
    public Ack {
      cursors = Map.copyOf(cursors);
    }

    @Override
    public void dispatch(Handler handler) {
      handler.ack(this);
    }
  }

  /** Another token of the same issuer, tenant and user. */
  record Refresh(String id, String token) implements ClientFrame {
    @Override
    public void dispatch(Handler handler) {
      handler.refresh(this);
    }

    /** The token is a secret. */
    @Override
    public String toString() {
      return "Refresh[id=" + id + "]";
    }
  }

  /** Ends the session, not only the connection. */
  record Close() implements ClientFrame {
    @Override
    public void dispatch(Handler handler) {
      handler.close(this);
    }
  }

  record Ping() implements ClientFrame {
    @Override
    public void dispatch(Handler handler) {
      handler.ping(this);
    }
  }

  record Pong() implements ClientFrame {
    @Override
    public void dispatch(Handler handler) {
      handler.pong(this);
    }
  }

  /** One method per frame, so that the compiler finds a case that was forgotten. */
  interface Handler {
    void hello(Hello frame);

    void subscribe(Subscribe frame);

    void unsubscribe(Unsubscribe frame);

    void publish(Publish frame);

    void request(Request frame);

    void ack(Ack frame);

    void refresh(Refresh frame);

    void close(Close frame);

    void ping(Ping frame);

    void pong(Pong frame);
  }

  void dispatch(Handler handler);
}
