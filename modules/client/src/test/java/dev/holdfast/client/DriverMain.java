package dev.holdfast.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.ClientBounds;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.Event;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.Gap;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.SessionInfo;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The driver of this module's client: commands on standard input, reports on standard output. */
public final class DriverMain {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final PrintStream OUT =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

  private final Map<String, Subscription> subscriptions = new HashMap<>();
  private Holdfast client;
  private volatile CountDownLatch hold = new CountDownLatch(0);
  private volatile boolean forgotten;

  private DriverMain() {}

  public static void main(String[] args) throws IOException {
    // Reports alone go to the standard output: what is logged goes elsewhere.
    System.setOut(System.err);
    var driver = new DriverMain();
    try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode command = MAPPER.readTree(line);
        if (command.path("do").asText().equals("forget")) {
          driver.forget();
          driver = new DriverMain();
          driver.report(named("forgotten"));
        } else {
          driver.command(command);
        }
      }
    }
    System.exit(0);
  }

  private void command(JsonNode command) {
    String key = command.path("key").asText();
    String channel = command.path("channel").asText();
    String event = command.path("event").asText();
    JsonNode data = command.path("data");
    switch (command.path("do").asText()) {
      case "start" -> start(command);
      case "subscribe" -> {
        Subscription subscription = read(channel);
        subscriptions.put(channel, subscription);
        answer(key, subscription.ready());
      }
      case "unsubscribe" -> {
        subscriptions.remove(channel).close();
        answer(key, CompletableFuture.completedFuture(null));
      }
      case "publish" -> stored(key, client.channel(channel).publish(event, data));
      case "volatile" -> answer(key, client.channel(channel).publishVolatile(event, data));
      case "request" ->
          answer(
              key,
              client.request(
                  command.path("service").asText(), command.path("method").asText(), data));
      case "release" -> hold.countDown();
      case "end" -> client.end();
      default -> throw new IllegalArgumentException("no such command: " + command);
    }
  }

  private void start(JsonNode command) {
    String[] urls = MAPPER.convertValue(command.path("urls"), String[].class);
    hold = new CountDownLatch(command.path("handlers").asText().equals("hold") ? 1 : 0);
    var bounds = new ClientBounds(command.path("publications").asInt(1_000), 8 << 20, 64);
    client =
        Holdfast.connect(
            HoldfastOptions.to(urls)
                .token(tokens(command.path("tokens")))
                .times(times(command.path("times")))
                .bounds(bounds));
    client.onState(this::state);
    client.onSession(this::session);
    for (String own : new String[] {"tenant", "user", "session"}) {
      read(own);
    }
  }

  /** What becomes of it is not reported any more. */
  private void forget() {
    forgotten = true;
    hold.countDown();
    if (client != null) {
      client.close();
    }
  }

  private static Supplier<CompletionStage<String>> tokens(JsonNode tokens) {
    var asked = new AtomicInteger();
    return () -> {
      JsonNode token = tokens.path(Math.min(asked.getAndIncrement(), tokens.size() - 1));
      if (token.isNull()) {
        return CompletableFuture.failedFuture(new IllegalStateException("there is none"));
      }
      boolean never = token.asText().equals("never");
      return never ? new CompletableFuture<>() : CompletableFuture.completedFuture(token.asText());
    };
  }

  private static ClientTimes times(JsonNode times) {
    return new ClientTimes(
        millis(times, "attempt"),
        millis(times, "firstWait"),
        millis(times, "longestWait"),
        millis(times, "steady"),
        millis(times, "ack"),
        millis(times, "retry"));
  }

  private static Duration millis(JsonNode times, String name) {
    return Duration.ofMillis(times.path(name).asLong());
  }

  private Subscription read(String name) {
    Channel channel = client.channel(name);
    channel.onGap(this::gap);
    channel.onUnsubscribed(
        code -> report(named("unsubscribed").put("channel", name).put("code", code)));
    return channel.onEvent(From.LATEST, this::event);
  }

  // ---- reports

  private void report(ObjectNode report) {
    if (!forgotten) {
      OUT.println(report);
    }
  }

  private static ObjectNode named(String kind) {
    return MAPPER.createObjectNode().put("report", kind);
  }

  private void state(ClientState state) {
    String kind = state.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    report(named("state").put("state", kind).put("code", state.code()));
  }

  private void session(SessionInfo info) {
    report(named("session").put("id", info.id()).put("resumed", info.resumed()));
  }

  private void event(Event event) {
    ObjectNode report = named("event").put("channel", event.channel()).put("event", event.event());
    report.set("data", event.data());
    if (!event.isVolatile()) {
      report.put("seq", event.cursor().seq());
    }
    report(report);
    try {
      hold.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void gap(Gap gap) {
    ObjectNode report = named("gap").put("channel", gap.channel());
    report.putArray("to").add(gap.to().epoch()).add(gap.to().seq());
    report(report);
  }

  private void stored(String key, Publication publication) {
    publication
        .stored()
        .whenComplete(
            (stored, failure) ->
                report(
                    failure == null
                        ? named("stored").put("key", key).put("duplicate", stored.duplicate())
                        : failed(key, failure)));
  }

  private void answer(String key, CompletionStage<?> answer) {
    answer.whenComplete(
        (value, failure) -> {
          ObjectNode report =
              failure == null ? named("answered").put("key", key) : failed(key, failure);
          if (value instanceof JsonNode data) {
            report.set("data", data);
          }
          report(report);
        });
  }

  private static ObjectNode failed(String key, Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    String code = cause instanceof RefusedException refused ? refused.code() : cause.toString();
    return named("failed").put("key", key).put("code", code);
  }
}
