package dev.holdfast.gateway;

import static dev.holdfast.gateway.GatewayFixture.AUTH;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastOptions;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The client for the JVM reads a private channel: it gets each event once, whatever ends. */
@ExtendWith(RedisExtension.class)
class PrivateChannelsIT {
  private static final TokenSigner SIGNER =
      new TokenSigner("gateway-test-secret-of-enough-bytes", AUTH);

  private final ChannelName channel = ChannelName.topic("orders/" + Ids.fresh());
  private final AtomicInteger asked = new AtomicInteger();
  private final List<Integer> got = new CopyOnWriteArrayList<>();
  private final List<String> ends = new CopyOnWriteArrayList<>();
  private volatile int most = Integer.MAX_VALUE;
  private volatile boolean signs = true;
  private GatewayFixture node;
  private GatewayFixture other;
  private volatile GatewayFixture at;
  private Holdfast client;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
    at = node;
    other = new GatewayFixture(redis.uri(), node.tenant, GatewayConfig.DEFAULTS);
    client =
        Holdfast.connect(
            HoldfastOptions.to(node.uri().toString(), other.uri().toString())
                .token(node.token("ann")));
    client.channel(channel.toString()).tokens(this::token);
    client.channel(channel.toString()).onUnsubscribed(ends::add);
  }

  @AfterEach
  void stop() {
    client.close();
    node.close();
    other.close();
  }

  /** Of a second or two. */
  private CompletionStage<String> token() {
    if (!signs) {
      return CompletableFuture.failedFuture(new IllegalStateException("the backend is away"));
    }
    boolean mine = asked.incrementAndGet() <= most;
    var ann = new Caller.User(node.tenant, "ann", Set.of(), Set.of());
    Duration life = Duration.ofSeconds(2);
    return CompletableFuture.completedFuture(
        mine ? SIGNER.signForChannel(ann, life, channel, Set.of("subscribe"), null) : null);
  }

  private Cursor read() throws Exception {
    return client
        .channel(channel.toString())
        .on("said", event -> got.add(event.data().asInt()))
        .ready()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  /** At the node where the reader is: there are no notices between these two. */
  private void publish(int data) {
    var entry = new PublishKeyed.Entry(null, "said", "" + data, false);
    var message = new PublishKeyed(node.service, new Channel(node.tenant, channel), List.of(entry));
    GatewayFixture.get(at.channels.ask(message));
  }

  /** Publishes until the application was asked so often, and until all of it has come. */
  private void publishUntilAsked(int times) {
    AtomicInteger said = new AtomicInteger(got.size());
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              publish(said.getAndIncrement());
              return asked.get() >= times;
            });
    await().until(() -> got.size() >= said.get());
    assertEquals(IntStream.range(0, said.get()).boxed().toList(), got);
  }

  @Test
  void tokensAreRenewedWithoutAnEndOfTheReading() throws Exception {
    read();
    publishUntilAsked(2);
    assertEquals(List.of(), ends);
    assertEquals(1, client.sessionInfo().generation());
  }

  /** The new session has none of what was added to the one before. */
  @Test
  void aNewSessionGoesOnBehindTheLastEvent() throws Exception {
    read();
    publish(0);
    await().until(() -> got.size() == 1);
    String first = client.sessionInfo().id();
    node.redis("DEL", Keys.session(node.tenant, first));
    node.redis("DEL", Keys.subscriptions(node.tenant, first));
    node.stopGateways();
    at = other;
    publish(1);

    await().until(() -> !client.sessionInfo().id().equals(first));
    publish(2);
    await().until(() -> got.size() >= 3);
    assertEquals(List.of(0, 1, 2), got);
    assertEquals(List.of(), ends);
  }

  @Test
  void aBackendThatIsAwayIsAskedAgain() throws Exception {
    read();
    publish(0);
    signs = false;
    int before = asked.get();
    await("the server has ended the reading").until(this::isOver);
    publish(1);
    signs = true;

    await().until(() -> got.size() >= 2);
    publishUntilAsked(before + 1);
    assertEquals(List.of(), ends);
  }

  private boolean isOver() {
    String session = client.sessionInfo().id();
    return node.storedCursor(session, channel.toString()).isEmpty();
  }

  @Test
  void whatIsNoLongerForThisClientEndsByName() throws Exception {
    most = 1;
    read();
    publish(0);

    await().until(() -> ends.equals(List.of("forbidden")));
    assertEquals(List.of(0), got);
    most = Integer.MAX_VALUE;
    read();
    publish(1);
    await().until(() -> got.contains(1));
  }

  @Test
  void whatIsNotForThisClientIsRefused() {
    most = 0;
    var failure = assertThrows(ExecutionException.class, this::read);
    assertTrue(failure.getCause() instanceof RefusedException, failure.toString());
  }
}
