package dev.holdfast.loadtest.worker.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.Address;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.worker.ledger.GroupTally;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.Share;
import dev.holdfast.loadtest.worker.measure.Timings;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ConnectsTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final List<URI> NOWHERE = List.of(URI.create("http://127.0.0.1:1"));
  private static final int CLIENTS = 500;

  @AfterAll
  static void close() {
    VERTX.close().await();
  }

  @Test
  void aRateOpensThemOnTimeWhateverBecameOfThoseBefore() {
    Connects connects = new Connects(100, 4, 0);
    connects.add(clients(), 0);

    connects.tick(0);
    assertEquals(CLIENTS - 1, connects.waiting());
    connects.tick(999_999);
    assertEquals(CLIENTS - 100, connects.waiting());
    connects.tick(4_999_999);
    assertEquals(0, connects.waiting());
  }

  @Test
  void withoutARateSoManyAreUnderWay() {
    Connects connects = new Connects(0, 64, 0);
    connects.add(clients(), 0);

    connects.tick(1_000);
    connects.tick(2_000);
    assertEquals(CLIENTS - 64, connects.waiting());
    connects.settled();
    connects.settled();
    connects.tick(3_000);
    assertEquals(CLIENTS - 66, connects.waiting());
  }

  @Test
  void clientsAreSpreadEvenlyOverAddressesAlsoThoseOfOneTopic() {
    List<URI> urls =
        IntStream.range(0, 3).mapToObj(i -> URI.create("http://n" + i + ":1")).toList();
    Map<String, Integer> all = new HashMap<>();
    Map<String, Integer> ofOneTopic = new HashMap<>();
    for (int client = 0; client < 3_000; client++) {
      String host = new Urls(urls, client).options().getHost();
      all.merge(host, 1, Integer::sum);
      if (client % 3 == 0) {
        ofOneTopic.merge(host, 1, Integer::sum);
      }
    }

    assertEquals(Map.of("n0", 1_000, "n1", 1_000, "n2", 1_000), all);
    assertEquals(3, ofOneTopic.size());
    assertTrue(ofOneTopic.values().stream().allMatch(n -> n > 250 && n < 420), "" + ofOneTopic);
  }

  @Test
  void backOffIsRandomAndDoublesToTwentySeconds() {
    long[] most = {1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000};
    for (int i = 0; i < 1_000; i++) {
      BackOff backOff = new BackOff();
      for (long limit : most) {
        long wait = backOff.next();
        assertTrue(wait >= 0 && wait < limit, wait + " ms");
      }
    }
  }

  private static List<BareClient> clients() {
    var address = new Address(NOWHERE, null, null, null);
    Plan plan = new Plan("r", address, List.of(), List.of(), List.of(), 0, 0);
    var loop = new ClientLoop(VERTX, plan, new Share(0, 1, 0, 1), new Clock(0));
    var tally = new GroupTally(new Group("b", "t", 1, 0, Group.Kind.BARE), new Timings());
    return IntStream.range(0, CLIENTS).mapToObj(i -> new BareClient(loop, tally, i)).toList();
  }
}
