package dev.holdfast.gateway.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;
import dev.holdfast.gateway.SimulatedNode;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.gateway.connection.ClientSink;
import dev.holdfast.gateway.connection.Connection;
import dev.holdfast.gateway.connection.Hold;
import dev.holdfast.gateway.connection.Transport;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.protocol.ReadFrom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A client without a socket: it takes frames where a socket would write them. It keeps its cursors,
 * and comes back by itself, to any node. Confined to the context of the node at which it is.
 */
final class SimulatedClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Client FROM = new Client("127.0.0.1", false);
  private static final int OWN_CHANNELS = 3;
  private static final long LONGEST_WAIT_MS = 20_000;

  private final Population all;
  private final String token;
  private final List<ChannelName> topics;
  private final Map<ChannelName, Position> cursors = new HashMap<>();
  private @Nullable String session;
  private volatile @Nullable Wire wire;
  private boolean isLive;
  private int attempts;

  SimulatedClient(Population all, String token, List<ChannelName> topics) {
    this.all = all;
    this.token = token;
    this.topics = topics;
    all.away.incrementAndGet();
  }

  /** Returns whether all its channels are live. Any thread. */
  synchronized boolean isLive() {
    return isLive;
  }

  private synchronized void live(boolean now) {
    all.away.addAndGet(now == isLive ? 0 : now ? -1 : 1);
    isLive = now;
  }

  /** Comes to a node; any thread. */
  void come(SimulatedNode node) {
    node.context().runOnContext(on -> new Wire(node).open());
  }

  /** Ends its connection at the node, as a socket that breaks. To be called there. */
  void leave() {
    Wire last = wire;
    if (last != null) {
      wire = null;
      last.connection().closed();
    }
  }

  /** Counts it as away. Any thread. */
  void lose() {
    live(false);
  }

  /** Forgets its node, which is dead. Any thread. */
  void loseNode() {
    wire = null;
    live(false);
  }

  /** Acknowledges all that it has. To be called at its node. */
  void ack() {
    Wire last = wire;
    if (last != null && last.connection().session() != null) {
      last.connection().session().ack(new ClientFrame.Ack(cursors));
    }
  }

  @Nullable SimulatedNode node() {
    Wire last = wire;
    return last == null ? null : last.node;
  }

  private void comeBack(long after) {
    live(false);
    long most = Math.min(LONGEST_WAIT_MS, 1_000L << Math.min(attempts++, 5));
    long wait = after > 0 ? after : 1 + ThreadLocalRandom.current().nextLong(most);
    all.later(wait, () -> come(all.anyNode()));
  }

  /** One connection. */
  private final class Wire implements Transport, ClientSink {
    private final SimulatedNode node;
    private @Nullable Connection connection;
    private int channels;
    private long after;
    private boolean closed;

    Wire(SimulatedNode node) {
      this.node = node;
    }

    void open() {
      wire = this;
      Connection opened = node.connections().open(this, carried -> {});
      connection = opened;
      opened.greet(new ClientFrame.Hello(token, session, cursors, "simulated/1"));
    }

    Connection connection() {
      return Objects.requireNonNull(connection);
    }

    @Override
    public long written() {
      return 0;
    }

    @Override
    public void send(EncodedFrame frame) {
      if (wire == this) {
        try {
          take(JSON.readTree(frame.json()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    private void take(JsonNode frame) {
      switch (frame.get("type").asText()) {
        case "welcome" -> welcome(frame);
        case "subscribed" -> moved(frame);
        case "event" -> event(frame);
        case "live" -> caughtUp(frame);
        case "gap" -> all.gaps.increment();
        case "ping" -> connection().heard();
        case "error" -> after = frame.path("retryAfter").asLong();
        default -> {}
      }
    }

    private void welcome(JsonNode frame) {
      session = frame.get("session").asText();
      if (!frame.get("resumed").asBoolean()) {
        cursors.clear();
      }
      attempts = 0;
    }

    private void event(JsonNode frame) {
      Position before = cursors.get(ChannelName.parse(frame.get("channel").asText()));
      if (before != null && before.seq() + 1 != frame.get("seq").asLong()) {
        all.disorder.increment();
      }
      moved(frame);
      all.events.increment();
      if (ThreadLocalRandom.current().nextBoolean()) {
        node.context().runOnContext(on -> ack());
      }
    }

    private void moved(JsonNode frame) {
      if (frame.has("epoch")) {
        ChannelName channel = ChannelName.parse(frame.get("channel").asText());
        cursors.put(channel, new Position(frame.get("epoch").asText(), frame.get("seq").asLong()));
      }
    }

    private void caughtUp(JsonNode frame) {
      moved(frame);
      channels++;
      if (channels == OWN_CHANNELS + topics.size()) {
        SimulatedClient.this.live(true);
      }
    }

    /** A client that is new subscribes once it is greeted. */
    @Override
    public void resume(Hold why) {
      var attached = connection().session();
      if (why == Hold.GREETING && attached != null) {
        for (ChannelName topic : topics) {
          if (!attached.reads(topic) && !cursors.containsKey(topic)) {
            attached.subscribe(new ClientFrame.Subscribe(topic.id(), topic, ReadFrom.LATEST));
          }
        }
      }
    }

    @Override
    public void close(CloseCode code, String reason) {
      boolean mine = wire == this;
      node.context().runOnContext(on -> connection().closed());
      if (mine) {
        wire = null;
        all.refused.increment();
        comeBack(after);
      }
    }

    @Override
    public ClientSink sink() {
      return this;
    }

    @Override
    public @Nullable String token() {
      return null;
    }

    @Override
    public void pause(Hold why) {}

    @Override
    public Client client() {
      return FROM;
    }

    @Override
    public void greeted() {}

    @Override
    public void known() {}

    @Override
    public int asked() {
      return 0;
    }

    @Override
    public boolean answers() {
      return true;
    }

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public boolean isClosed() {
      return closed;
    }

    @Override
    public void gone(ChannelName channel) {
      connection().gone(channel);
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public void cut() {
      close();
    }

    @Override
    public long waiting() {
      return 0;
    }

    @Override
    public long blockedSince() {
      return 0;
    }

    @Override
    public long saidAt() {
      return System.nanoTime();
    }
  }
}
