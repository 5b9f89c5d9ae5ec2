package dev.holdfast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.NodeId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyOwnerTest {
  private static final Channel NEWS = new Channel("acme", ChannelName.topic("news"));
  private static final Channel ANNS = new Channel("acme", ChannelName.parse("user:ann"));
  private static final Channel OWN = new Channel("acme", ChannelName.session("s1"));

  @Test
  void channelsKeysAreTheirs() {
    for (String key :
        List.of(
            Keys.meta(NEWS),
            Keys.log(NEWS),
            Keys.interest(NEWS),
            Keys.publisher(NEWS, "p-1"),
            Keys.publishers(NEWS, "c"),
            Keys.consumer(NEWS, "audit"),
            Keys.consumers(NEWS),
            Keys.idempotency(NEWS),
            Keys.idempotencyTimes(NEWS))) {
      KeyOwner owner = owner(key);
      assertEquals("acme topic:news null null", text(owner), key);
    }
    assertEquals("acme user:ann null ann", text(owner(Keys.log(ANNS))));
  }

  @Test
  void sessionsKeysAreTheirs() {
    for (String key :
        List.of(
            Keys.session("acme", "s1"),
            Keys.subscriptions("acme", "s1"),
            Keys.publishing("acme", "s1"),
            Keys.meta(OWN),
            Keys.log(OWN),
            Keys.publisher(OWN, "p"))) {
      assertEquals("acme null s1 null", text(owner(key)), key);
    }
  }

  @Test
  void theRestIsItsTenantsOrUsers() {
    assertEquals("acme null null ann", text(owner(Keys.userSessions("acme", "ann"))));
    assertEquals("acme null null ann", text(owner(FileKeys.userFiles("acme", "ann"))));
    assertEquals("acme null null ann", text(owner(FileKeys.ticketPlaces("acme", "ann"))));
    assertEquals("acme null null null", text(owner(FileKeys.ticketPlaces("acme", null))));
    assertEquals("acme null null ann", text(owner(Keys.rates("acme", "ann"))));
    assertEquals("acme null null ann", text(owner(Keys.claims("acme", "ann"))));
    assertEquals("acme null null ann", text(owner(Keys.retained("acme", "ann"))));
    assertEquals("acme null null null", text(owner(Keys.rates("acme", null))));
    assertEquals("acme null null null", text(owner(Keys.retained("acme", null))));
    assertEquals("acme null null null", text(owner(Keys.limits("acme"))));
    for (String key :
        List.of(
            Keys.tenantSessions("acme", 7),
            Keys.schemas("acme"),
            FileKeys.file("acme", "f1"),
            FileKeys.fileQuota("acme"),
            FileKeys.tenantFiles("acme"),
            FileKeys.sessionFiles("acme", "s1"))) {
      assertEquals("acme null null null", text(owner(key)), key);
    }
  }

  @Test
  void keysOfRunsAndThreadsAreTheirTenantsOrUsers() {
    Channel run = new Channel("acme", ChannelName.parse("run:r1"));
    for (String key :
        List.of(Keys.run(run), Keys.runInput(run), Keys.runInbox(run), Keys.runSnapshot(run))) {
      assertEquals("acme run:r1 null null", text(owner(key)), key);
      assertTrue(key.endsWith("{acme/run:r1}"), "in the slot of the run's log");
    }
    assertEquals("acme null null ann", text(owner(Keys.activeRuns("acme", "ann"))));
    assertEquals("acme null null ann", text(owner(Keys.runStarts("acme", "ann"))));
    assertEquals("acme null null ann", text(owner(Keys.runTokens("acme", "ann"))));
    assertEquals("acme null null null", text(owner(Keys.runTokens("acme", null))));
    assertEquals("acme null null ann", text(owner(Keys.userThreads("acme", "ann"))));
    assertEquals("acme null null ann", text(owner(Keys.threadSizes("acme", "ann"))));
    assertEquals("acme null null null", text(owner(Keys.agents("acme"))));
    assertEquals("acme null null null", text(owner(Keys.runUsage("acme", 20_000))));
    assertEquals("acme null null null", text(owner(Keys.activeRuns("acme", null))));
    assertEquals("acme null null null", text(owner(Keys.runQueue("acme", "researcher"))));
    assertEquals("acme thread:h1 null null", text(owner(Keys.thread("acme", "h1"))));
    assertEquals("acme thread:h1 null null", text(owner(Keys.threadDocument("acme", "h1"))));
    assertEquals("acme thread:h1 null null", text(owner(Keys.threadRuns("acme", "h1"))));
  }

  @Test
  void theClustersAreNobodys() {
    NodeId node = new NodeId("n1", 7);
    for (String key :
        List.of(
            Keys.nodeSessions(node),
            Keys.journal(node),
            Keys.journal(node, "@1"),
            Keys.due(3),
            Keys.leases(),
            Keys.nodeInfo(),
            Keys.claim(node),
            Keys.buried(),
            Keys.data(),
            Keys.join(),
            FileKeys.fileDue(3),
            FileKeys.fileContent("c"),
            FileKeys.fileTicket("d"),
            FileKeys.fileTenants(),
            FileKeys.fileStorage(),
            Keys.runTurns("researcher"),
            Keys.runDue(3),
            Keys.revocations(),
            Keys.tenants(),
            Keys.tenantChanges(),
            Keys.issuers(),
            "other")) {
      assertEquals(Optional.empty(), KeyOwner.of(key), key);
    }
  }

  @Test
  void patternsTakeNamesLiterally() {
    assertEquals("hf:*{a\\*b[/:!}]*", KeyOwner.keysOf("a*b"));
    assertTrue(KeyOwner.keysOf("a", "topic:x?").endsWith("{a/topic:x\\?}*"));
  }

  private static KeyOwner owner(String key) {
    return KeyOwner.of(key).orElseThrow();
  }

  private static String text(KeyOwner owner) {
    return owner.tenant() + " " + owner.channel() + " " + owner.session() + " " + owner.user();
  }
}
