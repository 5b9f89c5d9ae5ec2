package dev.holdfast.sessions.service;

import static dev.holdfast.sessions.service.SessionsNode.await;
import static dev.holdfast.sessions.service.SessionsNode.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.store.SessionsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A page of 1,000 sessions with all the attributes they may have was read, and answered, at once.
 */
@ExtendWith(RedisExtension.class)
class ListBoundsIT {
  private static final int SESSIONS = 40;

  /** Of seven attributes with 4,096 characters of two bytes. */
  private static final long SIZE = 7L * 4_096 * 2;

  private final String tenant = SessionsNode.tenant();
  private final Caller.User ann = user(tenant, "ann");
  private final TreeSet<String> made = new TreeSet<>();
  private SessionsNode node;

  @BeforeEach
  void start(TestRedis redis) {
    node = SessionsNode.start(redis.uri(), SessionsConfig.defaults());
    Map<String, String> attributes = new HashMap<>();
    for (int i = 0; i < 7; i++) {
      attributes.put("a" + i, "é".repeat(4_096));
    }
    for (int i = 0; i < SESSIONS; i++) {
      var create = new SessionMessage.Create(ann, tenant, "ann", attributes);
      made.add(await(node.client.ask(create)).session());
    }
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void pagesAreBoundInBytesAndNextGoesOn() {
    for (Caller caller : List.of(ann, SessionsNode.service(tenant))) {
      String user = caller instanceof Caller.User ? "ann" : null;
      List<String> listed = new ArrayList<>();
      String after = "";
      while (after != null) {
        var list = new SessionMessage.ListSessions(caller, tenant, user, after, 1_000);
        Answer.Page page = await(node.client.ask(list));
        assertTrue(page.sessions().size() * SIZE <= ListPage.MOST_BYTES, "one or more too many");
        page.sessions().forEach(view -> listed.add(view.session()));
        after = page.next();
      }
      assertEquals(List.copyOf(made), listed);
    }
  }

  @Test
  void viewsAreBoundInBytesAndSayHowFarTheyWent() {
    List<String> left = new ArrayList<>(made);
    while (!left.isEmpty()) {
      Answer.Page page = await(node.client.ask(new SessionMessage.Views(tenant, left)));
      assertTrue(page.sessions().size() * SIZE <= ListPage.MOST_BYTES, "one or more too many");
      String last = page.sessions().get(page.sessions().size() - 1).session();
      left = new ArrayList<>(left.subList(left.indexOf(last) + 1, left.size()));
      assertEquals(left.isEmpty() ? null : last, page.next());
    }
  }
}
