package dev.holdfast.redis.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.queue.Calls.Call;
import dev.holdfast.redis.queue.Calls.Claim;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairQueueTest {
  private final FairQueue queue = new FairQueue();
  private final List<Call> calls = new ArrayList<>();

  private int add(String group) {
    Call call =
        new Call(Request.cmd(Command.PING), Promise.promise(), new Claim(group, 0), true, 0);
    calls.add(call);
    queue.add(call);
    return calls.size() - 1;
  }

  private List<Integer> all() {
    List<Integer> order = new ArrayList<>();
    for (Call next = queue.poll(); next != null; next = queue.poll()) {
      order.add(calls.indexOf(next));
    }
    return order;
  }

  @Test
  void aTenantThatAsksForMuchWaitsBehindItself() {
    for (int i = 0; i < 5; i++) {
      add("flood");
    }
    add("a");
    add("b");
    add("a");
    assertEquals(List.of(0, 5, 6, 1, 7, 2, 3, 4), all());
    assertEquals(0, queue.size());
    assertNull(queue.poll());
  }

  @Test
  void aTenantHasHalfOfThePlacesToWait() {
    Calls waiting = new Calls(new Budget(new SimpleMeterRegistry()).share("test", 1));
    for (int i = 0; i < 10; i++) {
      waiting.add(
          new Call(Request.cmd(Command.PING), Promise.promise(), new Claim("flood", 0), true, 0));
    }
    assertTrue(waiting.isFull("flood", 20));
    assertFalse(waiting.isFull("a", 20));
    assertFalse(waiting.isFull(null, 20));
    assertTrue(waiting.isFull("a", 10));
  }

  @Test
  void whatTheWireSaysItselfGoesFirst() {
    add("a");
    add("b");
    add(null);
    assertEquals(List.of(2, 0, 1), all());
  }

  @Test
  void theOldestOfEachAreTakenOut() {
    add("a");
    add("b");
    add("a");
    add("c");
    List<Call> late = calls.subList(0, 3);
    assertEquals(List.of(0, 2, 1), indexes(queue.takeWhile(late::contains)));
    assertEquals(1, queue.size());
    assertEquals(List.of(3), all());
    add("a");
    assertEquals(List.of(4), all());
  }

  private List<Integer> indexes(List<Call> some) {
    return some.stream().map(calls::indexOf).toList();
  }

  /** So all that names a tenant's keys keeps its order. */
  @Test
  void allKeysOfATenantAreOneGroup() {
    Channel topic = new Channel("acme", ChannelName.topic("news"));
    for (String key :
        List.of(
            Keys.session("acme", "s1"),
            Keys.userSessions("acme", "ann"),
            Keys.tenantSessions("acme", 7),
            Keys.log(topic),
            Keys.schemas("acme"),
            FileKeys.file("acme", "f"),
            FileKeys.fileQuota("acme"))) {
      assertEquals("acme", FairQueue.group(key), key);
    }
    assertEquals("nodes", FairQueue.group(Keys.leases()));
    assertEquals("n1@7", FairQueue.group(Keys.nodeSessions(new NodeId("n1", 7))));
    assertEquals("", FairQueue.group("replication"));
    assertEquals("", FairQueue.group(7));
    assertEquals("", FairQueue.group(null));
  }
}
