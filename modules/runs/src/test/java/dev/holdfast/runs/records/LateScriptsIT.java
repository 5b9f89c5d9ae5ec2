package dev.holdfast.runs.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.inbox.InboxStore;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.redis.StoredKeys;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.RedisTime;
import dev.holdfast.testkit.wire.Relay;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What was written before a connection was given up may reach Redis minutes later: a run that
 * nobody waits for, a claim of a worker that went on to another. Here each script comes an hour
 * after its deadline.
 */
@ExtendWith(RedisExtension.class)
class LateScriptsIT {
  private final Lane there = new Lane("node → Redis");
  private final Lane back = new Lane("Redis → node");
  private Relay relay;
  private Stores direct;
  private Stores behind;

  private enum Call {
    CREATE {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.runs.create(test.direct.spec("new", "r1"));
      }
    },
    CLAIM {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.runs.claim(test.waits(), "w1", "c1");
      }
    },
    BEGIN_THREAD {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.threads.begin(test.direct.spec("new", "r1"));
      }
    },
    NAME_THREAD {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.threads.name(test.left().thread(), "A title");
      }
    },
    DELETE_THREAD {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.threads.forget(test.left().thread(), "ann", null, Duration.ZERO);
      }
    },
    PUT_AGENT {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        AgentRecord agent = new AgentRecord("", RunLimits.DEFAULT);
        return stores.records.agents().put(test.direct.tenant, "late", agent);
      }
    },
    REMOVE_AGENT {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.records.agents().remove(test.direct.tenant, "there");
      }
    },
    INPUT {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.records.held().input(test.held(), "{\"messages\":[]}", 0);
      }
    },
    SAY {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        var said = new InboxStore.Item(InboxEntry.Kind.MESSAGE, "m1", "{}", "{}");
        return new InboxStore(stores.link).say(test.waits(), "ann", List.of(said));
      }
    },
    FREE {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.records.held().free(test.held());
      }
    },
    RESERVE {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.places.reserve(test.waits(), "ann", 100);
      }
    },
    QUEUE {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.queue.add(new RunKey(test.direct.tenant, "another"), "researcher");
      }
    },
    OFFER {
      @Override
      Future<?> in(Stores stores, LateScriptsIT test) {
        return stores.queue.take("researcher", Set.of(test.direct.tenant));
      }
    };

    abstract Future<?> in(Stores stores, LateScriptsIT test);
  }

  @BeforeEach
  void open(TestRedis redis) {
    back.change(RedisTime.setBack(Duration.ofHours(1)));
    relay = Relay.toRedis(redis.uri(), there, back);
    direct = new Stores(redis.uri());
    behind = new Stores(relay.redisUri());
    Await.get(direct.queue.add(waits(), "researcher"));
    Await.get(direct.runs.create(direct.spec("th", "r1", RunLimits.DEFAULT)));
    AgentRecord there = new AgentRecord("", RunLimits.DEFAULT);
    Await.get(direct.records.agents().put(direct.tenant, "there", there));
    Await.get(direct.runs.create(direct.spec("held", "r1"), true));
    Await.get(direct.threads.begin(left()));
    Await.get(direct.threads.end(Await.get(direct.runs.create(left())).run(), "{}".getBytes()));
  }

  /** A thread whose run has ended. */
  private RunSpec left() {
    return direct.spec("left", "r1");
  }

  /** A run that waits for its thread. */
  private RunKey held() {
    return direct.spec("held", "r1").key();
  }

  private RunKey waits() {
    return direct.spec("th", "r1").key();
  }

  @AfterEach
  void close() {
    behind.close();
    direct.close();
    relay.close();
  }

  @ParameterizedTest
  @EnumSource
  void whatComesAfterItsDeadlineChangesNothing(Call call) {
    Map<String, String> before = StoredKeys.ofTenant(direct.link, direct.tenant);

    HoldfastException refused = Await.refusal(call.in(behind, this));

    assertEquals(ErrorCode.UNAVAILABLE, refused.code());
    assertTrue(refused.getMessage().contains("LATE"), refused.getMessage());
    assertEquals(before, StoredKeys.ofTenant(direct.link, direct.tenant));

    Await.get(call.in(direct, this));
    assertNotEquals(before, StoredKeys.ofTenant(direct.link, direct.tenant), "in time it is done");
  }
}
