package dev.holdfast.app.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScriptedAnswerTest {
  private static final String SEARCH =
      "{'type':'function','function':{'name':'search_web','parameters':{"
          + "'type':'object','required':['query','pages','language'],'properties':{"
          + "'query':{'type':'string'},'pages':{'type':'integer'},"
          + "'language':{'enum':['de','en']},'extra':{'type':'string'}}}}}";

  private static JsonNode json(String text) {
    return Json.parse(text.replace('\'', '"'));
  }

  private static List<JsonNode> answer(JsonNode content, String role) {
    ObjectNode request = Json.object();
    request.putArray("messages").addObject().put("role", role).set("content", content);
    request.putArray("tools").add(json(SEARCH));
    return ScriptedAnswer.of(request.toString());
  }

  private static List<JsonNode> answer(String content, String role) {
    return answer(Json.object().textNode(content), role);
  }

  private static JsonNode choice(JsonNode chunk) {
    return chunk.path("choices").path(0);
  }

  private static String text(List<JsonNode> chunks) {
    return chunks.stream()
        .map(chunk -> choice(chunk).path("delta").path("content").asText())
        .collect(Collectors.joining());
  }

  private static String reason(List<JsonNode> chunks) {
    return choice(chunks.get(chunks.size() - 2)).path("finish_reason").asText();
  }

  @Test
  void theSameQuestionHasTheSameAnswerWordByWord() {
    List<JsonNode> answer = answer("What is new?", "user");
    assertEquals(answer, answer("What is new?", "user"));
    assertTrue(text(answer).startsWith("You said: \"What is new?\". "), text(answer));
    assertTrue(text(answer).endsWith(" 59 60. That was all."), text(answer));
    assertEquals("stop", reason(answer));
    int words = text(answer).split(" ").length;
    JsonNode usage = answer.get(answer.size() - 1).path("usage");
    assertEquals(words, usage.path("completion_tokens").asInt());
  }

  @Test
  void aLongQuestionIsCutBetweenCharacters() {
    String answer = text(answer("😀".repeat(300), "user"));
    assertTrue(answer.startsWith("You said: \"" + "😀".repeat(200) + "…\""), answer);
  }

  @Test
  void partsOfAQuestionAreOneText() {
    String parts = "[{'type':'text','text':'Hello, '},{'type':'image_url'},{'text':'you'}]";
    String answer = text(answer(json(parts), "user"));
    assertTrue(answer.startsWith("You said: \"Hello, you\""), answer);
  }

  @Test
  void aQuestionThatNamesAToolIsACallOfIt() {
    String question = "Please search web for \"owls\"";
    List<JsonNode> answer = answer(question, "user");
    List<JsonNode> calls =
        answer.stream()
            .map(chunk -> choice(chunk).path("delta").path("tool_calls").path(0).path("function"))
            .filter(function -> !function.isMissingNode())
            .toList();
    assertEquals("search_web", calls.get(0).path("name").asText());
    String arguments =
        calls.stream().map(call -> call.path("arguments").asText()).collect(Collectors.joining());
    ObjectNode expected = Json.object().put("query", question).put("pages", 1);
    assertEquals(expected.put("language", "de"), Json.parse(arguments));
    assertEquals("", text(answer));
    assertEquals("tool_calls", reason(answer));
  }

  @Test
  void theResultOfAToolIsRepeated() {
    assertEquals("The tool answered: 7 owls", text(answer("7 owls", "tool")));
  }
}
