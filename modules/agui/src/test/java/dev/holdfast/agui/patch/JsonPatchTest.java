package dev.holdfast.agui.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonPatchTest {
  private static final int LIMIT = 10_000;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':1} | [{'op':'add','path':'/b','value':[2]}] | {'a':1,'b':[2]}",
        "{'a':1} | [{'op':'add','path':'/a','value':null}] | {'a':null}",
        "[1,3] | [{'op':'add','path':'/1','value':2}] | [1,2,3]",
        "[1] | [{'op':'add','path':'/-','value':2}] | [1,2]",
        "[1] | [{'op':'add','path':'/1','value':2}] | [1,2]",
        "{'a':1} | [{'op':'add','path':'','value':7}] | 7",
        "{'a':1,'b':2} | [{'op':'remove','path':'/a'}] | {'b':2}",
        "[1,2,3] | [{'op':'remove','path':'/1'}] | [1,3]",
        "{'a':{'b':1}} | [{'op':'replace','path':'/a/b','value':2}] | {'a':{'b':2}}",
        "[1,2] | [{'op':'replace','path':'/0','value':9}] | [9,2]",
        "{'a':{'b':1},'c':{}} | [{'op':'move','from':'/a/b','path':'/c/d'}] | {'a':{},'c':{'d':1}}",
        "{'a':[1]} | [{'op':'copy','from':'/a','path':'/b'},{'op':'add','path':'/a/-','value':2}]"
            + " | {'a':[1,2],'b':[1]}",
        "{'a/b':1,'m~n':2} | [{'op':'test','path':'/a~1b','value':1.0},"
            + "{'op':'remove','path':'/m~0n'}] | {'a/b':1}",
        "{'':1} | [{'op':'replace','path':'/','value':2}] | {'':2}",
      })
  void whatRfc6902Says(String document, String patch, String expected) {
    var patched = JsonPatch.apply(json(document), (ArrayNode) json(patch), LIMIT);

    assertEquals(json(expected), patched.document());
    assertEquals(Json.weight(json(expected)) - Json.weight(json(document)), patched.growth(), 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{'op':'remove','path':'/x'}] | 0: /x: nothing there",
        "[{'op':'add','path':'/a/5','value':1}] | 0: /a/5: nothing there",
        "[{'op':'add','path':'/a/01','value':1}] | 0: /a/01: not an index",
        "[{'op':'add','path':'/s/x','value':1}] | 0: /s/x: nothing there",
        "[{'op':'test','path':'/s','value':'y'}] | 0: test: /s has another value",
        "[{'op':'move','from':'/o','path':'/o/p'}] | 0: path: within what is moved",
        "[{'op':'add','path':'/s'}] | 0: value: missing",
        "[{'op':'append','path':'/s','value':1}] | 0: op: not one of RFC 6902",
        "[{'op':'add','path':'s','value':1}] | 0: path, from: a JSON Pointer",
        "[{'op':'add','path':'/__proto__/x','value':1}] | 0: /__proto__/x: a reserved name",
      })
  void whatDoesNotFitIsRefusedWithItsPath(String patch, String message) {
    JsonNode document = json("{'a':[1],'s':'x','o':{}}");
    var refused = refused(document, patch);

    assertEquals(message, refused.getMessage());
  }

  @Test
  void aPatchThatFailsInTheMiddleLeavesTheDocumentAsItWas() {
    String text = "{'a':[1,2,3],'b':{'c':{'d':1}},'e':'x'}";
    JsonNode document = json(text);
    refused(
        document,
        "[{'op':'remove','path':'/a/1'},{'op':'add','path':'/a/0','value':9},"
            + "{'op':'move','from':'/b/c','path':'/f'},{'op':'replace','path':'/e','value':1},"
            + "{'op':'copy','from':'/a','path':'/b'},{'op':'replace','path':'/a/0','value':0},"
            + "{'op':'add','path':'/f/d','value':2},{'op':'add','path':'','value':{}},"
            + "{'op':'remove','path':'/nowhere'}]");

    assertEquals(json(text), document);
  }

  @Test
  void copiesOfCopiesAreStoppedBeforeTheyFillTheMemory() {
    // 40 operations that double the document each time.
    StringBuilder patch = new StringBuilder("[");
    for (int i = 0; i < 40; i++) {
      patch.append(i == 0 ? "" : ",").append("{'op':'copy','from':'','path':'/x").append(i);
      patch.append("'}");
    }
    var refused = refused(json("{'a':'0123456789'}"), patch + "]");

    assertEquals(ErrorCode.TOO_LARGE, refused.code());
  }

  @Test
  void aVeryLongPointerIsWalkedLikeAnyOther() {
    // A regex with a repeated alternation ends in a StackOverflowError here.
    String path = "/" + "x".repeat(200_000);
    var refused = refused(json("{}"), "[{'op':'remove','path':'" + path + "'}]");

    assertEquals(ErrorCode.BAD_REQUEST, refused.code());
  }

  @Test
  void aPatchOfTooManyOperationsIsRefused() {
    String patch = "[" + "{'op':'test','path':'','value':1},".repeat(1_000);
    var refused = refused(json("1"), patch + "{'op':'test','path':'','value':1}]");

    assertTrue(refused.getMessage().contains("1000 operations"), refused.getMessage());
  }

  private static HoldfastException refused(JsonNode document, String patch) {
    return assertThrows(
        HoldfastException.class, () -> JsonPatch.apply(document, (ArrayNode) json(patch), LIMIT));
  }

  private static JsonNode json(String text) {
    return Json.parse(text.replace('\'', '"'));
  }
}
