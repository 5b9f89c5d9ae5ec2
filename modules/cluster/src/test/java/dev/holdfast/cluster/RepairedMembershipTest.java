package dev.holdfast.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a member of which the cluster has lost something, as at a merge of clusters. */
class RepairedMembershipTest {
  private static final String ADDRESS = "lines";
  private static final String SUBS = "__vertx.subs";
  private static final String ADDRESSES = "__vertx.nodeInfo";

  private final String name = UUID.randomUUID().toString();
  private final int port = FreePort.take();
  private final Vertx asker = join(port, List.of());
  private final Vertx service = join(0, List.of(new HostPort("127.0.0.1", port)));

  @AfterEach
  void leave() {
    get(service.close());
    get(asker.close());
  }

  private HazelcastInstance hazelcast() {
    return Hazelcast.getAllHazelcastInstances().stream()
        .filter(instance -> instance.getConfig().getClusterName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private MessageConsumer<String> serve() {
    MessageConsumer<String> serving = service.eventBus().consumer(ADDRESS);
    serving.handler(message -> message.reply(message.body()));
    get(serving.completion());
    return serving;
  }

  private boolean isAnswered() {
    try {
      var options = new DeliveryOptions().setSendTimeout(500);
      return get(asker.eventBus().<String>request(ADDRESS, "hello", options))
          .body()
          .equals("hello");
    } catch (AssertionError e) {
      return false;
    }
  }

  private void awaitAnswer() {
    await().atMost(Duration.ofSeconds(20)).until(this::isAnswered);
  }

  private void awaitThatItIsBack(String map, int entries) {
    await().atMost(Duration.ofSeconds(20)).until(() -> keys(map).size() == entries);
  }

  private Set<?> keys(String map) {
    return map.equals(SUBS)
        ? hazelcast().getMultiMap(map).keySet()
        : hazelcast().getMap(map).keySet();
  }

  /** As another member does it that takes it for gone. */
  private void forget(String map) {
    if (map.equals(SUBS)) {
      hazelcast().getMultiMap(map).clear();
    } else {
      hazelcast().getMap(map).clear();
    }
  }

  /** Nobody reached it again: it did not know, and the others have nothing to put back. */
  @Test
  void aMemberIsReachedAgainOfWhichTheClusterHasLostAll() {
    serve();
    awaitAnswer();
    int before = keys(SUBS).size();
    forget(SUBS);
    awaitThatItIsBack(SUBS, before);
    forget(ADDRESSES);
    awaitThatItIsBack(ADDRESSES, 2);
    awaitAnswer();
  }

  @Test
  void whatAMemberHasGivenUpIsNotPutBack() {
    MessageConsumer<String> serving = serve();
    MessageConsumer<String> other = service.eventBus().consumer("others");
    other.handler(message -> {});
    get(other.completion());
    awaitAnswer();
    get(serving.unregister());
    int rest = keys(SUBS).size();
    forget(SUBS);
    awaitThatItIsBack(SUBS, rest);
    assertFalse(keys(SUBS).contains(ADDRESS));
    assertFalse(isAnswered());
  }

  private Vertx join(int own, List<HostPort> members) {
    return get(
        Cluster.join(
            new ClusterConfig(
                name,
                "127.0.0.1",
                own,
                0,
                null,
                members,
                Duration.ofSeconds(12),
                null,
                name + " has a secret of more than 32 characters",
                false)));
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
