package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The entries of a session in the indexes of its user and tenant, over its resumes. */
@ExtendWith(RedisExtension.class)
class RelistIT {
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private SessionsNode node;
  private SessionRef session;
  private List<String> indexes;

  @BeforeEach
  void start(TestRedis redis) {
    node = SessionsNode.start(redis.uri(), SessionsConfig.defaults());
    session = node.attach(ann, null).session();
    int shard = Keys.shard(session.session());
    indexes = List.of(Keys.userSessions(tenant, "ann"), Keys.tenantSessions(tenant, shard));
    indexes.forEach(index -> node.redis("PEXPIRE", index, MINUTE));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private boolean areRenewed() {
    return indexes.stream().allMatch(index -> node.redis("PTTL", index).asLong() > 24 * HOUR);
  }

  private void resume() {
    node.detach(session);
    session = node.attach(ann, session.session()).session();
    assertEquals(Set.of(tenant + ":" + session.session()), node.nodeIndex());
  }

  private void listedBefore(long ms) {
    String key = Keys.session(tenant, session.session());
    long listed = node.redis("HGET", key, "listed").asLong();
    node.redis("HSET", key, "listed", listed - ms);
  }

  @Test
  void youngEntriesAreNotWrittenAgain() {
    resume();
    listedBefore(5 * HOUR);
    resume();

    assertTrue(indexes.stream().allMatch(index -> node.redis("PTTL", index).asLong() <= MINUTE));
    assertEquals(3, session.generation());
  }

  @Test
  void oldEntriesAreWrittenAgainOnce() {
    listedBefore(6 * HOUR);

    resume();
    assertTrue(areRenewed());

    indexes.forEach(index -> node.redis("PEXPIRE", index, MINUTE));
    resume();
    assertTrue(indexes.stream().allMatch(index -> node.redis("PTTL", index).asLong() <= MINUTE));
  }

  /** A node of an earlier build writes them each time, and notes nothing. */
  @Test
  void entriesOfASessionOfAnEarlierBuildAreWrittenAgain() {
    node.redis("HDEL", Keys.session(tenant, session.session()), "listed");

    resume();

    assertTrue(areRenewed());
  }
}
