package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.code;
import static dev.holdfast.sessions.service.SessionsNode.refusal;
import static dev.holdfast.sessions.service.SessionsNode.service;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class SessionRecordIT {
  private static final ChannelName NEWS = ChannelName.topic("news");

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private SessionsNode node;

  @BeforeEach
  void start(TestRedis redis) {
    node = SessionsNode.start(redis.uri(), SessionsConfig.defaults());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void storedCursorsNeverGoBackWithinAnEpoch() {
    SessionRef session = node.attach(ann, null).session();
    subscribe(session, NEWS, new Position("E1", 5));
    ChannelName mine = ChannelName.user("ann");

    store(session, Map.of(NEWS, new Position("E1", 12), mine, new Position("E1", 3)));
    store(session, Map.of(NEWS, new Position("E1", 9), ChannelName.user("bob"), at(1)));
    assertEquals(
        Map.of(NEWS, new Position("E1", 12), mine, new Position("E1", 3)), cursors(session));

    store(session, Map.of(NEWS, new Position("E2", 4), ChannelName.topic("other"), at(1)));
    assertEquals(new Position("E2", 4), cursors(session).get(NEWS));
    assertEquals(Set.of(NEWS, mine), cursors(session).keySet(), "what it reads, and nothing else");
  }

  @Test
  void aBatchOfCursorsAnswersThoseThatAreFencedAndStoresTheRest() {
    List<SessionRef> sessions = new ArrayList<>();
    List<SessionMessage.StoreCursors.Entry> entries = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      SessionRef session = node.attach(ann, null).session();
      sessions.add(session);
      entries.add(
          new SessionMessage.StoreCursors.Entry(session, Map.of(ChannelName.TENANT, at(i))));
    }
    SessionRef moved = sessions.get(7);
    node.attach(ann, moved.session());
    SessionRef detached = sessions.get(9);
    node.detach(detached);
    SessionRef closed = sessions.get(11);
    await(node.client.ask(new SessionMessage.Close(ann, tenant, closed.session(), "closed")));

    Answer.Unheld unheld = await(node.client.ask(new SessionMessage.StoreCursors(entries)));

    assertEquals(
        List.of(
            new Answer.Unheld.Entry(moved, ErrorCode.FENCED),
            new Answer.Unheld.Entry(detached, ErrorCode.SHUTTING_DOWN),
            new Answer.Unheld.Entry(closed, ErrorCode.ENDED)),
        unheld.entries());
    assertEquals(at(39), cursors(sessions.get(39)).get(ChannelName.TENANT));
  }

  @Test
  void aSessionHasAsManyChannelsAsItMay() {
    SessionRef session = node.attach(ann, null).session();
    store(session, Map.of(ChannelName.TENANT, at(1)));
    Map<ChannelName, Position> most = new HashMap<>();
    for (int i = 0; i < 256; i++) {
      most.put(ChannelName.topic("t" + i), at(i));
      var note = new SessionMessage.NotePublishing(session, ChannelName.topic("t" + i), null);
      await(node.client.ask(note));
    }
    await(node.client.ask(new SessionMessage.Subscribe(session, most)));

    var more = new SessionMessage.Subscribe(session, Map.of(NEWS, at(1)));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, code(node.client.ask(more)));
    var publish = new SessionMessage.NotePublishing(session, NEWS, null);
    assertEquals(ErrorCode.LIMIT_EXCEEDED, code(node.client.ask(publish)));
    await(node.client.ask(new SessionMessage.Subscribe(session, most)));
    var leave = new SessionMessage.Unsubscribe(session, ChannelName.topic("t0"), false);
    await(node.client.ask(leave));
    await(node.client.ask(leave));
    await(node.client.ask(more));
    assertEquals(257, cursors(session).size());
  }

  @Test
  void aServiceSubscribesASessionThatLivesAndNoOther() {
    SessionRef session = node.attach(ann, null).session();
    node.detach(session);
    subscribe(new SessionRef(tenant, session.session(), 0), NEWS, at(4));

    assertEquals(at(4), cursors(session).get(NEWS));
    var unknown = new SessionRef(tenant, Ids.fresh(), 0);
    assertEquals(
        ErrorCode.NOT_FOUND,
        code(node.client.ask(new SessionMessage.Subscribe(unknown, Map.of(NEWS, at(1))))));
  }

  @Test
  void attributesChangeByVersion() {
    String session = node.attach(ann, null).session().session();

    SessionView first = await(node.client.ask(set(session, 0, Map.of("a", "ä\"\n"))));
    assertEquals(1, first.version());
    assertEquals(Map.of("a", "ä\"\n"), first.attributes());
    assertEquals(ErrorCode.CONFLICT, code(node.client.ask(set(session, 0, Map.of("b", "2")))));
    await(node.client.ask(set(session, 1, Map.of("b", "2"))));
    SessionView view = await(node.client.ask(new SessionMessage.Get(ann, tenant, session)));
    assertEquals(Map.of("b", "2"), view.attributes());
    assertEquals(2, view.version());
  }

  @Test
  void aForeignSessionIsAnsweredAsOneThatNeverWas() {
    String bobs = node.attach(user(tenant, "bob"), null).session().session();
    String elsewhere = node.attach(user("other", "ann"), null).session().session();
    for (String foreign : List.of(bobs, elsewhere)) {
      assertEquals(answers(tenant, Ids.fresh()), answers(tenant, foreign));
    }
    assertEquals(answers("other", Ids.fresh()), answers("other", elsewhere));

    assertEquals(
        1, await(node.client.ask(get(user(tenant, "bob"), bobs))).attachedTo().generation());
    assertEquals(bobs, await(node.client.ask(get(service(tenant), bobs))).session());
    assertEquals(ErrorCode.NOT_FOUND, code(node.client.ask(get(service("another"), bobs))));
  }

  @Test
  void aSessionIsCreatedForAUserWhoThenAttachesToIt() {
    var create = new SessionMessage.Create(service(tenant), tenant, "ann", Map.of("plan", "gold"));
    SessionView view = await(node.client.ask(create));

    assertNull(view.attachedTo());
    assertEquals(Map.of("plan", "gold"), view.attributes());
    Attached attached = node.attach(ann, view.session());
    assertTrue(attached.resumed());
    assertEquals(1, attached.session().generation());
    var foreign = new SessionMessage.Create(ann, tenant, "bob", Map.of());
    assertEquals(ErrorCode.FORBIDDEN, code(node.client.ask(foreign)));
  }

  @Test
  void sessionsOfAUserAreListedPageByPage() {
    Set<String> all = new TreeSet<>();
    for (int i = 0; i < 25; i++) {
      all.add(node.attach(ann, null).session().session());
    }
    node.attach(user(tenant, "bob"), null);

    assertEquals(List.copyOf(all), pages(ann, "ann", 10));
    assertEquals(List.copyOf(all), pages(ann, "ann", 25));
    assertEquals(List.copyOf(all), pages(service(tenant), "ann", 7));
    assertEquals(ErrorCode.FORBIDDEN, code(node.client.ask(list(ann, "bob", "", 10))));
    assertEquals(ErrorCode.FORBIDDEN, code(node.client.ask(list(ann, null, "", 10))));
  }

  @Test
  void sessionsOfATenantAreListedPageByPageAndWhatIsLeftOverIsPassedOver() {
    Set<String> all = new TreeSet<>();
    for (int i = 0; i < 150; i++) {
      all.add(node.attach(user(tenant, "u" + i % 9), null).session().session());
    }
    String gone = all.iterator().next();
    node.redis("DEL", Keys.session(tenant, gone));
    all.remove(gone);

    assertEquals(List.copyOf(all), pages(service(tenant), null, 20));
    assertEquals(List.copyOf(all), pages(service(tenant), null, 1_000));
    assertEquals(List.copyOf(all), pages(service(tenant), null, 1));
  }

  @Test
  void whatIsAttachedHereIsRenewedAndNothingElse() {
    SessionRef kept = node.attach(ann, null).session();
    SessionRef left = node.attach(ann, null).session();
    node.detach(left);
    node.redis("ZADD", Keys.nodeSessions(node.id), 0, SessionKey.of(left).toString());
    for (SessionRef session : List.of(kept, left)) {
      node.redis("PEXPIRE", Keys.session(tenant, session.session()), 30_000);
    }
    node.redis("DEL", Keys.userSessions(tenant, "ann"));
    // One that can't be renewed kept all behind it from being renewed.
    node.redis("SET", Keys.session(tenant, "0"), "broken");
    node.redis("ZADD", Keys.nodeSessions(node.id), 0, tenant + ":0");

    Answer.Renewed renewed = await(node.client.ask(new SessionMessage.Renew(node.id, "")));

    assertEquals(1, renewed.sessions());
    assertEquals(1, renewed.failed());
    assertNull(renewed.next());
    assertTrue(node.redis("PTTL", Keys.session(tenant, kept.session())).asLong() > 60_000);
    assertTrue(node.redis("PTTL", Keys.session(tenant, left.session())).asLong() <= 30_000);
    assertEquals(List.of(kept.session()), pages(ann, "ann", 10));
  }

  private List<String> answers(String in, String session) {
    return List.of(
        refusal(node.client.ask(new SessionMessage.Get(ann, in, session))),
        refusal(node.client.ask(new SessionMessage.Touch(ann, in, session))),
        refusal(node.client.ask(new SessionMessage.SetAttributes(ann, in, session, 0, Map.of()))),
        refusal(node.client.ask(new SessionMessage.Close(ann, in, session, "closed"))));
  }

  private List<String> pages(Caller caller, String user, int limit) {
    List<String> sessions = new ArrayList<>();
    String after = "";
    while (after != null) {
      Answer.Page page = await(node.client.ask(list(caller, user, after, limit)));
      assertTrue(page.sessions().size() <= limit);
      page.sessions().forEach(view -> sessions.add(view.session()));
      after = page.next();
    }
    return sessions;
  }

  private SessionMessage.ListSessions list(Caller caller, String user, String after, int limit) {
    return new SessionMessage.ListSessions(caller, tenant, user, after, limit);
  }

  private SessionMessage.Get get(Caller caller, String session) {
    return new SessionMessage.Get(caller, tenant, session);
  }

  private SessionMessage.SetAttributes set(
      String session, long version, Map<String, String> attributes) {
    return new SessionMessage.SetAttributes(ann, tenant, session, version, attributes);
  }

  private void subscribe(SessionRef session, ChannelName channel, Position from) {
    await(node.client.ask(new SessionMessage.Subscribe(session, Map.of(channel, from))));
  }

  private void store(SessionRef session, Map<ChannelName, Position> cursors) {
    var entry = new SessionMessage.StoreCursors.Entry(session, cursors);
    await(node.client.ask(new SessionMessage.StoreCursors(List.of(entry))));
  }

  /** As the next attach would find them. */
  private Map<ChannelName, Position> cursors(SessionRef session) {
    var stored = node.redis("HGETALL", Keys.subscriptions(tenant, session.session())).list();
    Map<ChannelName, Position> cursors = new HashMap<>();
    for (int i = 0; i < stored.size(); i += 2) {
      String channel = stored.get(i).asText();
      if (!channel.startsWith("+")) {
        String[] cursor = stored.get(i + 1).asText().split(":");
        cursors.put(ChannelName.parse(channel), new Position(cursor[0], Long.parseLong(cursor[1])));
      }
    }
    return cursors;
  }

  private static Position at(long seq) {
    return new Position("E1", seq);
  }
}
