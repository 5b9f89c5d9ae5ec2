package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InboxRepairTest {
  private final AtomicInteger refusals = new AtomicInteger();
  private Vertx vertx;

  private record Beat(long number) implements BusValue {}

  @BeforeEach
  void join() {
    var config =
        new ClusterConfig(
            UUID.randomUUID().toString(),
            "127.0.0.1",
            0,
            0,
            null,
            List.of(),
            Duration.ofSeconds(12),
            null,
            null,
            true);
    var members =
        new HazelcastClusterManager(Membership.config(config)) {
          @Override
          public void removeRegistration(
              String address, RegistrationInfo info, Completable<Void> promise) {
            if (refusals.getAndDecrement() > 0) {
              promise.fail("refused");
            } else {
              super.removeRegistration(address, info, promise);
            }
          }
        };
    vertx = await(Vertx.builder().withClusterManager(members).buildClustered());
  }

  @AfterEach
  void leave() {
    await(vertx.close());
  }

  /** It stayed deaf: the repair ended where the cluster did not take the end of the old one. */
  @Test
  void anAddressIsRegisteredAnewAlsoWhereItsOldRegistrationDidNotGo() throws Exception {
    Bus bus = new Bus(vertx);
    var inbox = new NodeInbox(bus, new NodeId("n1", 1));
    BlockingQueue<Beat> heard = new LinkedBlockingQueue<>();
    inbox.on(Beat.class, heard::add);
    await(inbox.open());

    refusals.set(1);
    await(inbox.reopen());
    bus.hint(inbox.node().address(), new Beat(7));

    assertEquals(new Beat(7), heard.poll(30, TimeUnit.SECONDS));
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
