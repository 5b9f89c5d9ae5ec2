package dev.holdfast.nodes;

import static dev.holdfast.nodes.Cluster.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.connections.Connection;
import dev.holdfast.connections.ConnectionAnswer;
import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.ConnectionMessage.Selection;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.connections.ConnectionsVerticle;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class ConnectionsIT {
  private Cluster cluster;
  private ServiceClient connections;
  private NodeId here;
  private NodeId there;

  @BeforeEach
  void start(@OwnRedis TestRedis redis) {
    cluster = Cluster.start(redis.uri(), Duration.ofMinutes(2));
    var verticle =
        new ConnectionsVerticle(
            cluster.bus,
            RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20)),
            cluster.sessions,
            cluster.meters);
    await(cluster.vertx.deployVerticle(verticle));
    connections = new ServiceClient(cluster.bus, Duration.ofSeconds(10));
    here = cluster.dying(Duration.ofMinutes(1));
    there = cluster.dying(Duration.ofMinutes(1));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aSessionsConnectionIsFoundWhileItIsAttached() {
    SessionRef session = cluster.attach(cluster.ann, here);

    Connection found = await(connections.ask(find(cluster.service, session.session())));

    assertEquals(here, found.node());
    assertEquals("ann", found.user());
    assertEquals(1, found.generation());
    assertEquals("test 1.0", found.info().client());
    assertTrue(found.info().since() > 0);
    cluster.detach(session, here);
    assertTrue(
        refusal(connections.ask(find(cluster.service, session.session()))).startsWith("NOT_FOUND"));
  }

  @Test
  void connectionsAreListedAndCountedByTenantUserAndNode() {
    Set<String> all = new TreeSet<>();
    Set<String> onHere = new TreeSet<>();
    Set<String> bobs = new TreeSet<>();
    for (int i = 0; i < 60; i++) {
      NodeId node = i % 3 == 0 ? here : there;
      SessionRef session = cluster.attach(cluster.user(i % 5 == 0 ? "bob" : "ann"), node);
      all.add(session.session());
      (node == here ? onHere : new TreeSet<String>()).add(session.session());
      (i % 5 == 0 ? bobs : new TreeSet<String>()).add(session.session());
    }
    SessionRef gone = cluster.attach(cluster.ann, here);
    cluster.detach(gone, here);

    Selection bob = Selection.ofUser(cluster.tenant, "bob");
    assertEquals(List.copyOf(all), pages(cluster.service, Selection.ofTenant(cluster.tenant), 7));
    assertEquals(List.copyOf(all), pages(cluster.service, Selection.ofTenant(cluster.tenant), 60));
    assertEquals(
        List.copyOf(onHere), pages(cluster.service, Selection.ofNode(cluster.tenant, here), 4));
    assertEquals(List.copyOf(bobs), pages(cluster.service, bob, 5));
    assertEquals(60, count(cluster.service, Selection.ofTenant(cluster.tenant)));
    assertEquals(20, count(cluster.service, Selection.ofNode(cluster.tenant, here)));
    assertEquals(12, count(cluster.service, bob));
    assertEquals(12, count(cluster.user("bob"), bob));
  }

  @Test
  void anEntryThatIsNotTrueIsPassedOverButKeptForItsAttachMayBeUnderWay() {
    SessionRef session = cluster.attach(cluster.ann, here);
    String member = cluster.tenant + ":" + session.session();
    cluster.redis("ZADD", Keys.nodeSessions(there), 0, member);
    String unknown = cluster.tenant + ":" + Ids.fresh();
    cluster.redis("ZADD", Keys.nodeSessions(here), 0, unknown);

    assertEquals(List.of(), pages(cluster.service, Selection.ofNode(cluster.tenant, there), 10));
    assertEquals(
        List.of(session.session()), pages(cluster.service, Selection.ofTenant(cluster.tenant), 10));
    assertFalse(cluster.redis("ZSCORE", Keys.nodeSessions(here), unknown).isNull());
  }

  @Test
  void servicesSeeTheNodesThatLiveAndUsersDoNot() {
    NodeId gone = cluster.dying(Duration.ofMillis(1));

    Awaitility.await() // the time is read in whole seconds
        .until(
            () -> await(connections.ask(new ConnectionMessage.Nodes(cluster.service))).nodes(),
            nodes -> nodes.stream().noneMatch(one -> one.node().equals(gone)));

    var nodes = await(connections.ask(new ConnectionMessage.Nodes(cluster.service))).nodes();
    assertEquals(Set.of(here, there), Set.copyOf(nodes.stream().map(one -> one.node()).toList()));
    assertEquals("test", nodes.get(0).info().version());
    assertTrue(
        refusal(connections.ask(new ConnectionMessage.Nodes(cluster.ann))).startsWith("FORBIDDEN"));
  }

  @Test
  void aUserSeesItsOwnAndAServiceItsTenants() {
    SessionRef bobs = cluster.attach(cluster.user("bob"), here);
    String unknown = Ids.fresh();
    var stranger = new Caller.Service("other", "1", Set.of("another"), Set.of());

    for (Caller caller : List.of(cluster.ann, stranger)) {
      assertEquals(
          refusal(connections.ask(find(caller, unknown))),
          refusal(connections.ask(find(caller, bobs.session()))));
      assertEquals(
          refusal(connections.ask(disconnect(caller, unknown))),
          refusal(connections.ask(disconnect(caller, bobs.session()))));
      for (Selection selection :
          List.of(
              Selection.ofTenant(cluster.tenant),
              Selection.ofUser(cluster.tenant, "bob"),
              Selection.ofNode(cluster.tenant, here))) {
        var list = new ConnectionMessage.ListConnections(caller, selection, "", 10);
        assertTrue(refusal(connections.ask(list)).startsWith("FORBIDDEN"));
        var count = new ConnectionMessage.Count(caller, selection);
        assertTrue(refusal(connections.ask(count)).startsWith("FORBIDDEN"));
      }
    }
    var bob = cluster.user("bob");
    assertEquals(here, await(connections.ask(find(bob, bobs.session()))).node());
    assertEquals(List.of(bobs.session()), pages(bob, Selection.ofUser(cluster.tenant, "bob"), 10));
  }

  @Test
  void theNodeIsAskedToCloseAConnection() {
    List<NodeNotice> notices = new CopyOnWriteArrayList<>();
    var inbox = new NodeInbox(cluster.bus, here);
    inbox.on(NodeNotice.Disconnect.class, notices::add);
    await(inbox.open());
    SessionRef session = cluster.attach(cluster.ann, here);
    String connection = cluster.view(session).attachedTo().connection();

    assertTrue(await(connections.ask(disconnect(cluster.service, session.session()))).notified());

    var notice = new NodeNotice.Disconnect(cluster.tenant, session.session(), connection, "moved");
    Awaitility.await().until(() -> notices.equals(List.of(notice)));
    cluster.detach(session, here);
    assertFalse(await(connections.ask(disconnect(cluster.service, session.session()))).notified());
  }

  private List<String> pages(Caller caller, Selection selection, int limit) {
    List<String> sessions = new ArrayList<>();
    String after = "";
    while (after != null) {
      var list = new ConnectionMessage.ListConnections(caller, selection, after, limit);
      ConnectionAnswer.Page page = await(connections.ask(list));
      page.connections().forEach(connection -> sessions.add(connection.session()));
      after = page.next();
    }
    return sessions;
  }

  private long count(Caller caller, Selection selection) {
    return await(connections.ask(new ConnectionMessage.Count(caller, selection))).connections();
  }

  private ConnectionMessage.Find find(Caller caller, String session) {
    return new ConnectionMessage.Find(caller, cluster.tenant, session);
  }

  private ConnectionMessage.Disconnect disconnect(Caller caller, String session) {
    return new ConnectionMessage.Disconnect(caller, cluster.tenant, session, "moved");
  }

  private static String refusal(Future<? extends BusValue> asked) {
    try {
      return "not refused: " + await(asked);
    } catch (HoldfastException e) {
      return e.code() + " " + e.publicMessage();
    }
  }
}
