package dev.holdfast.channels.schemas.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaCodecTest {
  private static final String ORDER =
      """
      {'type':'object','required':['id','items'],'additionalProperties':false,
       'properties':{
         'id':{'type':'string','pattern':'^o-[0-9]+$'},
         'note':{'$ref':'#/$defs/text'},
         'at':{'type':'string','format':'date-time'},
         'tags':{'type':'array','maxItems':10,'uniqueItems':true},
         'items':{'type':'array','minItems':1,'items':{'type':'object',
           'properties':{'price':{'type':'number','minimum':0}}}}},
       '$defs':{'text':{'type':'string','maxLength':5}}}
      """;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id':'o-1','items':[{}]}",
        "{'id':'o-12','items':[{'price':0},{'price':1.5,'more':null}],'note':'hello'}",
        "{'id':'o-1','items':[{}],'at':'2026-01-01T00:00:00Z','tags':[1,'1',[1],{'a':1}]}"
      })
  void findsNothingWhereDataFits(String data) {
    assertNull(fault(ORDER, data));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "7; data: Instance type number",
        "null; data: Instance type null",
        "{'id':'o-1'}; data: Instance does not have required property \"items\"",
        "{'id':'x','items':[{}]}; data/id: String does not match pattern ^o-[0-9]+$",
        "{'id':'o-1','items':[]}; data/items: Array has too few items",
        "{'id':'o-1','items':[{},{'price':-1}]}; data/items/1/price: -1 is less than 0",
        "{'id':'o-1','items':[{}],'note':'longer'}; data/note: String is too long",
        "{'id':'o-1','items':[{}],'at':'noon'}; data/at: String does not match format",
        "{'id':'o-1','items':[{}],'tags':[1,2,1.0]}; data/tags: Duplicate items",
        "{'id':'o-1','items':[{}],'b/c':1}; data/b~1c:"
      })
  void saysWhereItDoesNotFitAndWhy(String data, String expected) {
    String fault = fault(ORDER, data);

    assertTrue(fault.startsWith(expected), fault);
  }

  @Test
  void keepsItShort() {
    String fault = fault(ORDER, "{'id':'o-1','items':[{}],'" + "x".repeat(5_000) + "':1}");

    assertEquals(200, fault.length());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "``; schema: not a JSON object",
        "true; schema: not a JSON object",
        "{'type':; schema: not a JSON object",
        "{'type':'text'}; schema/type:",
        "{'properties':{'a':{'minimum':'1'}}}; schema/properties/a/minimum:",
        "{'$schema':'http://json-schema.org/draft-07/schema#'}; schema/$schema: only",
        "{'$ref':'https://example.com/order.json'}; schema/$ref: only within the schema",
        "{'properties':{'a':{'$ref':'#/$defs/none'}}}; schema/properties/a/$ref: only within",
        "{'$id':'https://example.com/a'}; schema/$id: not supported",
        "{'patternProperties':{'a*':{}}}; schema/patternProperties: not supported",
        "{'properties':{'a':{'pattern':'(a)\\\\1'}}}; schema/properties/a/pattern: not of the",
        "{'items':{'uniqueItems':true}}; schema/items/uniqueItems: only with maxItems"
      })
  void refusesWhatIsNoSchemaOrCannotBeUsedAndSaysWhere(String schema, String expected) {
    var refused = assertThrows(HoldfastException.class, () -> decode(schema));

    assertEquals(ErrorCode.BAD_REQUEST, refused.code());
    assertTrue(refused.publicMessage().startsWith(expected), refused.publicMessage());
  }

  @Test
  void membersAndValuesThatAreNamedLikeKeywordsAreNoKeywords() {
    String schema =
        "{'properties':{'pattern':{'type':'string'},'$id':{'type':'number'}},"
            + "'const':{'pattern':'(','$id':7}}";

    assertNull(fault(schema, "{'pattern':'(','$id':7}"));
  }

  @Test
  void aFormatThatItDoesNotKnowIsAnAnnotation() {
    assertNull(fault("{'properties':{'a':{'format':'holdfast-pattern:0'}}}", "{'a':'x'}"));
    assertNull(fault("{'format':'url'}", "'http://" + "a".repeat(60_000) + "!'"));
  }

  @Test
  void smallDataNeverTakesLongWhateverTheSchema() {
    String twoWays =
        "{'anyOf':[{'properties':{'a':{'$ref':'#'}}},{'properties':{'a':{'$ref':'#'},'b':{}}}]}";
    String nested = "{'a':".repeat(60) + "1" + "}".repeat(60);
    String text = "'" + "a".repeat(60_000) + "!'";

    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          assertNull(fault("{'pattern':'^(a|aa)*$|!'}", text));
          assertTrue(fault("{'pattern':'(a+)+$'}", text).startsWith("data: String does not match"));
          assertEquals("data: can't be held against its schema", fault(twoWays, nested));
          assertEquals("data: can't be held against its schema", fault("{'$ref':'#'}", "1"));
        });
  }

  private static EventSchema decode(String schema) {
    return SchemaCodec.decode(schema.replace('\'', '"'));
  }

  private static String fault(String schema, String data) {
    return decode(schema).fault(data.replace('\'', '"'));
  }
}
