package dev.holdfast.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Variants of a frame, each other in one member: left out, or of another value or type. */
final class FrameVariants {
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "1",
          "-1",
          "1.5",
          "60000",
          "60001",
          "9007199254740991",
          "9007199254740992",
          "''",
          "'x'",
          "'a b'",
          "'a.b'",
          "'é'",
          "'latest'",
          "'earliest'",
          "'snapshot'",
          "'durable'",
          "'volatile'",
          "'tenant'",
          "'tenant:x'",
          "'topic:'",
          "'topic:a/b'",
          "'user:a@b|c'",
          "'session:a'",
          "'session:a.b'",
          "'system:log'",
          "'room:a'",
          "'" + "x".repeat(63) + "'",
          "'" + "x".repeat(64) + "'",
          "'" + "x".repeat(65) + "'",
          "'" + "x".repeat(128) + "'",
          "'" + "x".repeat(129) + "'",
          "'topic:" + "x".repeat(128) + "'",
          "'topic:" + "x".repeat(129) + "'",
          "'" + "x".repeat(16_384) + "'",
          "'" + "x".repeat(16_385) + "'",
          "[]",
          "['k7B']",
          "['k7B',0]",
          "['k7B',-1]",
          "['k7B','1']",
          "['k7B',1,2]",
          "['',1]",
          "['" + "k".repeat(33) + "',1]",
          "['k7B',9007199254740992]",
          "'k7B:1'",
          "'k7B:'",
          "':1'",
          "'k7B:-1'",
          "'k7B:1:1'",
          "'" + "k".repeat(33) + ":1'",
          "{}",
          "{'topic:news':['k7B',1]}",
          "{'topic:news':['k7B',1],'tenant':['k7B']}",
          "{'topic:news':'k7B:1'}",
          "{'nope':['k7B',1]}",
          "{'name':'a','version':'b'}",
          "{'name':'a'}",
          "{'name':'a','version':7}",
          "{'name':'','version':'b'}",
          "{'name':'a','version':'" + "x".repeat(64) + "'}");

  private FrameVariants() {}

  /**
   * @param members what the frame may have
   * @return by what was changed
   */
  static Map<String, String> of(JsonNode frame, List<String> members) {
    Map<String, String> variants = new LinkedHashMap<>();
    variants.put("as it is", frame.toString());
    variants.put("with an unknown member", with(frame, "zz", "[{}]"));
    for (String member : members) {
      if (!member.equals("type")) {
        ObjectNode less = frame.deepCopy();
        less.remove(member);
        variants.put("without " + member, less.toString());
        values().forEach(value -> variants.put(member + ": " + value, with(frame, member, value)));
      }
    }
    return variants;
  }

  private static List<String> values() {
    List<String> values = new ArrayList<>();
    VALUES.forEach(value -> values.add(value.replace('\'', '"')));
    return values;
  }

  private static String with(JsonNode frame, String member, String value) {
    ObjectNode changed = frame.deepCopy();
    changed.set(member, Description.tree(value));
    return changed.toString();
  }
}
