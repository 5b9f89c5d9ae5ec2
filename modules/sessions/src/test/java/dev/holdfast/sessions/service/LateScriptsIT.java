package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.sessions.ConnectionInfo;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.store.SessionKey;
import dev.holdfast.sessions.store.SessionStore;
import dev.holdfast.sessions.store.SessionStore.How;
import dev.holdfast.sessions.store.SessionTokens;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.redis.StoredKeys;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.RedisTime;
import dev.holdfast.testkit.wire.Relay;
import dev.holdfast.tokens.TokenRef;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was written before a connection was given up may reach Redis minutes later, when the client
 * has gone on elsewhere: it came, and was done. Here each script comes an hour after its deadline.
 */
@ExtendWith(RedisExtension.class)
class LateScriptsIT {
  private static final ChannelName NEWS = ChannelName.topic("news");
  private static final ChannelName SPORTS = ChannelName.topic("sports");
  private static final Position AT_7 = new Position("E1", 7);

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private final Lane there = new Lane("node → Redis");
  private final Lane back = new Lane("Redis → node");
  private Relay relay;
  private SessionsNode node;
  private SessionRef session;
  private RedisLink wrong;
  private SessionStore late;
  private SessionStore prompt;

  private enum Call {
    ATTACH {
      @Override
      Future<?> in(SessionStore store, LateScriptsIT test) {
        return store.attach(SessionKey.of(test.session), How.RESUME, test.attach());
      }
    },
    ATTACH_OF_A_NEW_SESSION {
      @Override
      Future<?> in(SessionStore store, LateScriptsIT test) {
        return store.attach(test.fresh(), How.NEW, test.attach());
      }
    },
    CREATE {
      @Override
      Future<?> in(SessionStore store, LateScriptsIT test) {
        Caller service = SessionsNode.service(test.tenant);
        var create = new SessionMessage.Create(service, test.tenant, "bob", Map.of());
        return store.create(test.fresh(), create);
      }
    },
    SUBSCRIBE {
      @Override
      Future<?> in(SessionStore store, LateScriptsIT test) {
        return store.subscribe(test.session, Map.of(SPORTS, AT_7));
      }
    },
    UNSUBSCRIBE {
      @Override
      Future<?> in(SessionStore store, LateScriptsIT test) {
        return store.unsubscribe(new SessionMessage.Unsubscribe(test.session, NEWS, false));
      }
    },
    NOTE_PUBLISHING {
      @Override
      Future<?> in(SessionStore store, LateScriptsIT test) {
        return store.publishing(new SessionMessage.NotePublishing(test.session, SPORTS, null));
      }
    },
    REFRESH {
      @Override
      Future<?> in(SessionStore store, LateScriptsIT test) {
        RedisLink link = store == test.late ? test.wrong : test.node.raw;
        return new SessionTokens(link)
            .refresh(new SessionMessage.Refresh(test.session, new TokenRef("d2", 1), List.of()));
      }
    },
    SET_ATTRIBUTES {
      @Override
      Future<?> in(SessionStore store, LateScriptsIT test) {
        return store.attributes(SessionKey.of(test.session), null, 0, Map.of("a", "b"));
      }
    },
    END {
      @Override
      Future<?> in(SessionStore store, LateScriptsIT test) {
        return store.markEnded(SessionKey.of(test.session), true, "revoked");
      }
    };

    abstract Future<?> in(SessionStore store, LateScriptsIT test);
  }

  @BeforeEach
  void start(TestRedis redis) {
    back.change(RedisTime.setBack(Duration.ofHours(1)));
    relay = Relay.toRedis(redis.uri(), there, back);
    node = SessionsNode.start(redis.uri(), SessionsConfig.defaults());
    RedisConfig behind =
        RedisConfig.of(relay.redisUri()).withConnectTimeout(Duration.ofSeconds(10));
    wrong = await(RedisLink.open(node.vertx, behind, "late", node.meters));
    late = new SessionStore(wrong, SessionsConfig.defaults());
    prompt = new SessionStore(node.raw, SessionsConfig.defaults());
    session = node.attach(ann, null).session();
    await(prompt.subscribe(session, Map.of(NEWS, AT_7)));
  }

  @AfterEach
  void stop() {
    node.close();
    relay.close();
  }

  private SessionKey fresh() {
    return new SessionKey(tenant, Ids.fresh());
  }

  private SessionMessage.Attach attach() {
    var connection = new ConnectionInfo(Ids.fresh(), "test 1.0", "127.0.0.1", 0);
    return new SessionMessage.Attach(ann, null, new NodeId("n" + Ids.fresh(), 1), connection);
  }

  @ParameterizedTest
  @EnumSource
  void whatComesAfterItsDeadlineChangesNothing(Call call) {
    Map<String, String> before = StoredKeys.ofTenant(node.raw, tenant);

    var refused = assertThrows(HoldfastException.class, () -> await(call.in(late, this)));

    assertEquals(ErrorCode.UNAVAILABLE, refused.code());
    assertTrue(refused.getMessage().contains("LATE"), refused.getMessage());
    assertEquals(before, StoredKeys.ofTenant(node.raw, tenant));

    await(call.in(prompt, this));
    assertNotEquals(before, StoredKeys.ofTenant(node.raw, tenant), "in time it is done");
  }
}
