package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Attempt;
import dev.holdfast.core.Position;
import java.util.Map;

/** What a client says first, and what it tells of its cursors. */
final class Hello {
  private Hello() {}

  /**
   * @param last the welcome before, or null for a new session
   */
  static ObjectNode frame(
      ClientOptions options, Attempt attempt, Entry.Welcomed last, Map<String, Position> cursors) {
    ObjectNode hello = Json.frame("hello").put("token", options.token());
    ObjectNode client = hello.putObject("client").put("name", "testkit").put("version", "1");
    if (options.countsAttempts()) {
      client.put("instance", attempt.instance()).put("attempt", attempt.number());
    }
    if (last != null) {
      hello.put("resume", last.session());
      if (options.keepsCursors()) {
        hello.set("channels", tree(cursors));
      }
    }
    return hello;
  }

  static ObjectNode ack(Map<String, Position> cursors) {
    ObjectNode ack = Json.frame("ack");
    ack.set("cursors", tree(cursors));
    return ack;
  }

  private static ObjectNode tree(Map<String, Position> cursors) {
    ObjectNode tree = Json.MAPPER.createObjectNode();
    cursors.forEach((channel, at) -> tree.set(channel, Json.cursor(at)));
    return tree;
  }
}
