package dev.holdfast.agui.stock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import java.util.List;
import java.util.Random;

/** A document and a patch of it, which may or may not fit, from a seed. */
record RandomPatch(JsonNode document, ArrayNode patch) {
  private static final List<String> OPERATIONS =
      List.of("add", "remove", "replace", "move", "copy", "test");

  static RandomPatch of(long seed) {
    Random random = new Random(seed);
    ObjectNode document = Json.object();
    document.put("a", 1).putArray("b").add(1).add("x").addObject().put("c", true);
    document.putObject("d").put("e", "f").putObject("g");
    ArrayNode patch = Json.array();
    for (int i = 0; i <= random.nextInt(4); i++) {
      ObjectNode operation = patch.addObject();
      String name = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
      operation.put("op", name).put("path", path(random));
      if (name.equals("move") || name.equals("copy")) {
        // In an array theirs takes for these two what is no index: one behind the end, or a name.
        // RFC 6902 does not, nor do we.
        String path = operation.get("path").asText();
        operation.put("path", path.matches("/b/[39]|/b/2/c|/d/.*") ? "/b/-" : path);
        operation.put("from", path(random));
      } else if (!name.equals("remove")) {
        operation.set("value", value(random));
      }
    }
    return new RandomPatch(document, patch);
  }

  private static String path(Random random) {
    List<String> paths =
        List.of("/a", "/b", "/b/0", "/b/2/c", "/b/3", "/b/-", "/b/9", "/d", "/d/e", "/d/g/h", "/z");
    return paths.get(random.nextInt(paths.size()));
  }

  private static JsonNode value(Random random) {
    List<String> values = List.of("1", "\"f\"", "null", "{\"k\":[1,2]}", "[]", "true");
    return Json.parse(values.get(random.nextInt(values.size())));
  }
}
