package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.conformance.ClientUnderTest;
import dev.holdfast.client.conformance.World;
import dev.holdfast.client.session.ClientBounds;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.Event;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.Gap;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.client.session.SessionListener;
import dev.holdfast.client.session.SessionOptions;
import dev.holdfast.client.session.Stored;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** The driver of a {@link ClientSession}: commands in, reports out. */
public final class SessionUnderTest implements ClientUnderTest, Wire, SessionListener {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final World world;
  private final List<Event> held = new ArrayList<>();
  private ClientSession session;
  private JsonNode tokens;
  private boolean holds;

  public SessionUnderTest(World world) {
    this.world = world;
  }

  @Override
  public void command(ObjectNode command) {
    String key = command.path("key").asText();
    String channel = command.path("channel").asText();
    String event = command.path("event").asText();
    JsonNode data = command.path("data");
    switch (command.path("do").asText()) {
      case "start" -> start(command);
      case "subscribe" -> answer(key, session.subscribe(channel, From.LATEST));
      case "unsubscribe" -> answer(key, session.unsubscribe(channel));
      case "publish" -> stored(key, session.publish(channel, event, data));
      case "volatile" -> answer(key, session.publishVolatile(channel, event, data));
      case "request" ->
          answer(
              key,
              session.request(
                  command.path("service").asText(), command.path("method").asText(), data, 10_000));
      case "release" -> release();
      case "end" -> session.end();
      default -> throw new IllegalArgumentException("no such command: " + command);
    }
  }

  private void start(ObjectNode command) {
    List<URI> addresses = new ArrayList<>();
    command.path("urls").forEach(url -> addresses.add(URI.create(url.asText())));
    JsonNode times = command.path("times");
    tokens = command.path("tokens");
    holds = command.path("handlers").asText().equals("hold");
    var bounds = new ClientBounds(command.path("publications").asInt(1_000), 8 << 20, 64);
    var clientTimes =
        new ClientTimes(
            millis(times, "attempt"),
            millis(times, "firstWait"),
            millis(times, "longestWait"),
            millis(times, "steady"),
            millis(times, "ack"),
            millis(times, "retry"));
    var options = new SessionOptions(addresses, "test", "1", clientTimes, bounds);
    session = new ClientSession(options, this, this);
    session.start();
  }

  private static Duration millis(JsonNode times, String name) {
    return Duration.ofMillis(times.path(name).asLong());
  }

  private void release() {
    holds = false;
    held.forEach(event -> session.handled(event.channel(), event.cursor()));
    held.clear();
  }

  private static ObjectNode named(String kind) {
    return MAPPER.createObjectNode().put("report", kind);
  }

  private void stored(String key, CompletableFuture<Stored> answer) {
    answer.whenComplete(
        (stored, failure) ->
            world.report(
                failure == null
                    ? named("stored").put("key", key).put("duplicate", stored.duplicate())
                    : failed(key, failure)));
  }

  private void answer(String key, CompletableFuture<?> answer) {
    answer.whenComplete(
        (value, failure) -> {
          ObjectNode report = failure == null ? named("answered").put("key", key) : null;
          if (value instanceof JsonNode data) {
            report.set("data", data);
          }
          world.report(report == null ? failed(key, failure) : report);
        });
  }

  private static ObjectNode failed(String key, Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    String code = cause instanceof RefusedException refused ? refused.code() : cause.toString();
    return named("failed").put("key", key).put("code", code);
  }

  // ---- what the session says

  @Override
  public void state(ClientState state) {
    String kind = state.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    world.report(named("state").put("state", kind).put("code", state.code()));
  }

  @Override
  public void session(SessionInfo info) {
    world.report(named("session").put("id", info.id()).put("resumed", info.resumed()));
  }

  @Override
  public void event(Event event) {
    ObjectNode report = named("event").put("channel", event.channel()).put("event", event.event());
    report.set("data", event.data());
    if (event.isVolatile()) {
      world.report(report);
      return;
    }
    world.report(report.put("seq", event.cursor().seq()));
    if (holds) {
      held.add(event);
    } else {
      session.handled(event.channel(), event.cursor());
    }
  }

  @Override
  public void gap(Gap gap) {
    ObjectNode report = named("gap").put("channel", gap.channel());
    report.set("to", Frames.array(gap.to()));
    world.report(report);
  }

  @Override
  public void unsubscribed(String channel, String code) {
    world.report(named("unsubscribed").put("channel", channel).put("code", code));
  }

  // ---- what the session asks of its wire

  @Override
  public void token(int ask) {
    JsonNode token = tokens.path(Math.min(ask - 1, tokens.size() - 1));
    if (token.isNull()) {
      world.after(0, () -> session.noToken(ask, "there is none"));
    } else if (!token.asText().equals("never")) {
      world.after(0, () -> session.token(ask, token.asText()));
    }
  }

  @Override
  public void open(int link, URI address) {
    world.open(link, address);
  }

  @Override
  public void send(int link, String frame) {
    world.send(link, frame);
  }

  @Override
  public void close(int link) {
    world.close(link);
  }

  @Override
  public long now() {
    return world.now();
  }

  @Override
  public Runnable after(long millis, Runnable task) {
    return world.after(millis, task);
  }

  // ---- what the network does

  @Override
  public void opened(int link) {
    session.opened(link);
  }

  @Override
  public void refused(int link, int status, long retryAfter) {
    session.refused(link, status, retryAfter);
  }

  @Override
  public void received(int link, String frame) {
    session.received(link, frame);
  }

  @Override
  public void closed(int link, int code, String reason) {
    session.closed(link, code, reason);
  }
}
