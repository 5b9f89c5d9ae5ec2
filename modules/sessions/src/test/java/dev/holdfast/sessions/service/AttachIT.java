package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.code;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Attempt;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class AttachIT {
  private static final ChannelName NEWS = ChannelName.topic("news");
  private static final Position AT_7 = new Position("E1", 7);

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private SessionsNode here;
  private SessionsNode there;

  @BeforeEach
  void start(TestRedis redis) {
    here = SessionsNode.start(redis.uri(), SessionsConfig.defaults());
    there = SessionsNode.start(redis.uri(), SessionsConfig.defaults());
  }

  @AfterEach
  void stop() {
    here.close();
    there.close();
  }

  @Test
  void newSessionIsTheFirstGenerationAndStandsInAllIndexes() {
    Attached attached = here.attach(ann, null);

    String session = attached.session().session();
    assertEquals(1, attached.session().generation());
    assertFalse(attached.resumed());
    assertEquals(120_000, attached.linger());
    assertNull(attached.replaced());
    assertEquals(Set.of(tenant + ":" + session), here.nodeIndex());
    assertEquals(0, here.redis("ZSCORE", Keys.userSessions(tenant, "ann"), session).asLong());
    String shard = Keys.tenantSessions(tenant, Keys.shard(session));
    assertEquals(0, here.redis("ZSCORE", shard, session).asLong());
    assertEquals(
        List.of(SessionEvent.Kind.OPENED, SessionEvent.Kind.ATTACHED), here.eventsOf(session));
  }

  @Test
  void resumedSessionBringsItsSubscriptionsAndChannelsPublishedTo() {
    SessionRef first = here.attach(ann, null).session();
    await(here.client.ask(new SessionMessage.Subscribe(first, Map.of(NEWS, AT_7))));
    await(here.client.ask(new SessionMessage.NotePublishing(first, NEWS, null)));
    var own = Map.of(ChannelName.TENANT, new Position("E9", 3));
    await(here.client.ask(new SessionMessage.Detach(first, here.id, own)));

    Attached again = there.attach(ann, first.session());

    assertTrue(again.resumed());
    assertEquals(2, again.session().generation());
    assertEquals(
        Map.of(NEWS, AT_7, ChannelName.TENANT, new Position("E9", 3)), again.subscriptions());
    assertEquals(Set.of(NEWS), again.published());
    assertNull(again.replaced(), "nobody held it");
    assertEquals(Set.of(), here.nodeIndex());
  }

  @Test
  void attemptThatTheClientGaveUpCannotReplaceALaterOneOfTheSameClient() {
    SessionRef first = here.attach(ann, null).session();
    attempt(here, first, new Attempt("page-1", 3));

    assertEquals(
        ErrorCode.FENCED, code(there.client.ask(attachOf(there, first, new Attempt("page-1", 2)))));
    assertEquals(3, attempt(there, first, new Attempt("page-1", 4)).session().generation());
    assertEquals(4, attempt(here, first, new Attempt("page-2", 1)).session().generation());
    assertEquals(5, here.attach(ann, first.session()).session().generation());
  }

  private Attached attempt(SessionsNode node, SessionRef session, Attempt attempt) {
    return await(node.client.ask(attachOf(node, session, attempt)));
  }

  private SessionMessage.Attach attachOf(SessionsNode node, SessionRef session, Attempt attempt) {
    var connection = new ConnectionInfo(Ids.fresh(), "test/1", "127.0.0.1", 0);
    return new SessionMessage.Attach(
        ann, session.session(), node.id, connection, attempt, null, null);
  }

  @Test
  void subscriptionThatAServiceMadeIsMarkedAsGrantedUntilItIsTakenBack() {
    SessionRef first = here.attach(ann, null).session();
    ChannelName mine = ChannelName.topic("mine");
    SessionRef byService = new SessionRef(first.tenant(), first.session(), 0);
    await(here.client.ask(new SessionMessage.Subscribe(byService, Map.of(NEWS, AT_7))));
    await(here.client.ask(new SessionMessage.Subscribe(first, Map.of(mine, AT_7))));

    Attached again = there.attach(ann, first.session());

    assertEquals(Map.of(NEWS, AT_7, mine, AT_7), again.subscriptions());
    assertEquals(Set.of(NEWS), again.granted());
    SessionRef held = again.session();
    assertEquals(
        ErrorCode.CONFLICT,
        code(here.client.ask(new SessionMessage.Unsubscribe(held, NEWS, true))));
    await(here.client.ask(new SessionMessage.Unsubscribe(held, mine, true)));
    Attached kept = there.attach(ann, first.session());
    assertEquals(Map.of(NEWS, AT_7), kept.subscriptions());
    assertEquals(Set.of(NEWS), kept.granted());
    await(here.client.ask(new SessionMessage.Unsubscribe(byService, NEWS, false)));
    assertEquals(Set.of(), there.attach(ann, first.session()).granted());
  }

  @Test
  void olderConnectionIsNotifiedThatItIsReplacedAndFencedFromEverything() {
    SessionRef old = here.attach(ann, null).session();

    Attached fresh = here.attach(ann, old.session());

    assertEquals(new Attachment(here.id, fresh.replaced().connection(), 1), fresh.replaced());
    var replaced = new NodeNotice.Replaced(tenant, old.session(), 1);
    Awaitility.await().until(() -> here.notices.contains(replaced));
    var cursors =
        new SessionMessage.StoreCursors(
            List.of(new SessionMessage.StoreCursors.Entry(old, Map.of(ChannelName.TENANT, AT_7))));
    assertEquals(
        List.of(new Answer.Unheld.Entry(old, ErrorCode.FENCED)),
        await(here.client.ask(cursors)).entries());
    assertEquals(
        ErrorCode.FENCED,
        code(here.client.ask(new SessionMessage.Subscribe(old, Map.of(NEWS, AT_7)))));
    assertEquals(
        ErrorCode.FENCED, code(here.client.ask(new SessionMessage.Unsubscribe(old, NEWS, false))));
    assertEquals(
        ErrorCode.FENCED,
        code(here.client.ask(new SessionMessage.NotePublishing(old, NEWS, null))));
    here.detach(old);
    SessionView view = view(old.session());
    assertEquals(2, view.attachedTo().generation(), "the old one's detach did nothing");
    assertEquals(Set.of(tenant + ":" + old.session()), here.nodeIndex());
    assertEquals(Set.of(), view.subscriptions());
  }

  /** A client whose node was taken for dead was notified as replaced, and never came back. */
  @Test
  void holderThatWasDetachedIsSentElsewhereAndNotFenced() {
    SessionRef session = here.attach(ann, null).session();
    here.detach(session);

    assertEquals(
        ErrorCode.SHUTTING_DOWN,
        code(here.client.ask(new SessionMessage.NotePublishing(session, NEWS, null))));
    assertEquals(
        ErrorCode.SHUTTING_DOWN,
        code(here.client.ask(new SessionMessage.Subscribe(session, Map.of(NEWS, AT_7)))));
  }

  @Test
  void attachesThatRaceGiveEachAGenerationOfItsOwnAndOneHolder() {
    String session = here.attach(ann, null).session().session();

    List<Future<Attached>> racing = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      racing.add((i % 2 == 0 ? here : there).attaching(ann, session));
    }
    await(Future.all(racing));

    List<Long> generations =
        racing.stream().map(a -> a.result().session().generation()).sorted().toList();
    assertEquals(java.util.stream.LongStream.rangeClosed(2, 21).boxed().toList(), generations);
    int held = 0;
    for (Future<Attached> attached : racing) {
      SessionRef ref = attached.result().session();
      var entry = new SessionMessage.StoreCursors.Entry(ref, Map.of());
      var store = new SessionMessage.StoreCursors(List.of(entry));
      held += await(here.client.ask(store)).entries().isEmpty() ? 1 : 0;
    }
    assertEquals(1, held);
    assertEquals(21, view(session).attachedTo().generation());
  }

  @Test
  void foreignEndedAndUnknownSessionsAnswerAlikeInAsManyCommands(@OwnRedis TestRedis redis) {
    try (SessionsNode node = SessionsNode.start(redis.uri(), SessionsConfig.defaults())) {
      String bobs = node.attach(user(tenant, "bob"), null).session().session();
      String foreign = node.attach(user("other", "ann"), null).session().session();
      String ended = node.attach(ann, null).session().session();
      await(node.client.ask(new SessionMessage.Close(ann, tenant, ended, "closed")));
      node.attach(ann, Ids.fresh());

      Map<String, Long> unknown = commandsOf(node, () -> refused(node, Ids.fresh()));
      assertEquals(unknown, commandsOf(node, () -> refused(node, bobs)));
      assertEquals(unknown, commandsOf(node, () -> refused(node, foreign)));
      assertEquals(unknown, commandsOf(node, () -> refused(node, ended)));
      assertEquals(5L, unknown.get("evalsha"), "a look, an attach, three indexes");
      assertFalse(refused(node, "{x}:*").resumed(), "not even an id");
      var bob = new SessionMessage.Get(user(tenant, "bob"), tenant, bobs);
      assertEquals(1, await(node.client.ask(bob)).attachedTo().generation());
    }
  }

  @Test
  void attachThatFailedIsUnavailableAndTakenBackWhenRedisIsThereAgain(@OwnRedis TestRedis redis) {
    RedisConfig hasty =
        RedisConfig.of(redis.uri())
            .withConnectTimeout(Duration.ofSeconds(20))
            .withCommandTimeout(Duration.ofSeconds(1))
            .withReconnect(Duration.ofMillis(20), Duration.ofMillis(100));
    try (SessionsNode node =
        SessionsNode.start(hasty, SessionsConfig.defaults(), event -> Future.succeededFuture())) {
      SessionRef session = node.attach(ann, null).session();
      List<Future<Attached>> attaching = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        attaching.add(node.attaching(ann, i % 20 == 0 ? session.session() : null));
      }
      // At once: a quick machine has done them all when it is looked at every tenth of a second.
      Awaitility.await()
          .pollInterval(Duration.ofMillis(1))
          .until(() -> attaching.stream().anyMatch(Future::succeeded));
      redis.pause();
      assertEquals(ErrorCode.UNAVAILABLE, code(attaching.get(1_999)));
      assertEquals(ErrorCode.UNAVAILABLE, code(node.attaching(ann, session.session())));
      redis.resume();

      Awaitility.await().until(() -> attaching.stream().allMatch(Future::isComplete));
      Set<String> held = new HashSet<>();
      for (Future<Attached> attached : attaching) {
        if (attached.succeeded()) {
          held.add(tenant + ":" + attached.result().session().session());
        }
      }
      // The one that was resumed may have been attached last by an attach that is taken back.
      held.remove(tenant + ":" + session.session());
      Awaitility.await()
          .ignoreExceptions()
          .untilAsserted(() -> assertEquals(held, without(node.nodeIndex(), session)));
      assertTrue(node.attach(ann, session.session()).resumed());
    }
  }

  @Test
  void detachAndAttachToOneNodeAtOnceKeepTheIndexTrue() {
    SessionRef session = here.attach(ann, null).session();
    for (int i = 0; i < 50; i++) {
      Future<?> detached = here.client.ask(new SessionMessage.Detach(session, here.id, Map.of()));
      Future<Attached> attached = here.attaching(ann, session.session());
      await(detached);
      session = await(attached).session();
      assertEquals(Set.of(tenant + ":" + session.session()), here.nodeIndex());
    }
  }

  @Test
  void sessionWhoseRecordIsGoneIsNewAndOneWithoutTheRestIsResumed() {
    SessionRef session = here.attach(ann, null).session();
    await(here.client.ask(new SessionMessage.Subscribe(session, Map.of(NEWS, AT_7))));
    await(here.client.ask(new SessionMessage.NotePublishing(session, NEWS, null)));

    here.redis("DEL", Keys.publishing(tenant, session.session()));
    Attached second = here.attach(ann, session.session());
    assertEquals(Map.of(NEWS, AT_7), second.subscriptions());
    assertEquals(Set.of(), second.published());

    here.redis("DEL", Keys.subscriptions(tenant, session.session()));
    Attached third = here.attach(ann, session.session());
    assertTrue(third.resumed());
    assertEquals(Map.of(), third.subscriptions());

    here.redis("DEL", Keys.session(tenant, session.session()));
    Attached fourth = here.attach(ann, session.session());
    assertFalse(fourth.resumed());
    assertNotEquals(session.session(), fourth.session().session());
    here.detach(third.session());
  }

  private Attached refused(SessionsNode node, String resume) {
    Attached attached = node.attach(ann, resume);
    assertFalse(attached.resumed());
    assertEquals(1, attached.session().generation());
    assertNotEquals(resume, attached.session().session());
    return attached;
  }

  private Set<String> without(Set<String> members, SessionRef session) {
    Set<String> others = new HashSet<>(members);
    others.remove(tenant + ":" + session.session());
    return others;
  }

  private SessionView view(String session) {
    return await(here.client.ask(new SessionMessage.Get(ann, tenant, session)));
  }

  /** What a step sends to Redis, by command. */
  private static Map<String, Long> commandsOf(SessionsNode node, Runnable step) {
    node.redis("CONFIG", "RESETSTAT");
    step.run();
    String stats = node.redis("INFO", "commandstats").asText();
    Matcher line =
        Pattern.compile("cmdstat_(evalsha|zadd|pexpire|zrem):calls=(\\d+)").matcher(stats);
    Map<String, Long> calls = new TreeMap<>();
    while (line.find()) {
      calls.put(line.group(1), Long.parseLong(line.group(2)));
    }
    return calls;
  }
}
