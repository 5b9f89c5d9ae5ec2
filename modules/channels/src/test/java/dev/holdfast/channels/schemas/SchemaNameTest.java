package dev.holdfast.channels.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.channels.schemas.engine.SchemaStore;
import dev.holdfast.channels.schemas.engine.TenantSchemas;
import dev.holdfast.core.HoldfastException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaNameTest {
  private static final String NUMBER = "{\"type\":\"number\"}";
  private static final String TEXT = "{\"type\":\"string\"}";

  @ParameterizedTest
  @CsvSource({
    "a/1,true",
    "order.created/12,true",
    "a/b/999999999,true",
    "a,false",
    "1,false",
    "/1,false",
    "a/,false",
    "a/0,false",
    "a/01,false",
    "a/1b,false",
    "a/1234567890,false",
    "a/1/b,false"
  })
  void findsAVersionAtTheEndOfAnEvent(String event, boolean versioned) {
    assertEquals(versioned, SchemaName.versioned(event));
  }

  @Test
  void anEventOfASchemaHasNoVersionInIt() {
    assertThrows(HoldfastException.class, () -> new SchemaName("a/1", 2));
    assertThrows(HoldfastException.class, () -> new SchemaName("a", 0));
    assertThrows(HoldfastException.class, () -> new SchemaName("x".repeat(127), 1));
  }

  @ParameterizedTest
  @CsvSource({
    "price,7,",
    "price,'\"7\"',data: Instance type string is invalid. Expected number",
    "price/1,'\"7\"',",
    "price/1,7,data: Instance type number is invalid. Expected string",
    "price/10,7,",
    "price/2,7,event: there is no such version",
    "other,7,",
    "other/1,7,"
  })
  void anEventWithoutAVersionIsHeldAgainstTheNewest(String event, String data, String fault) {
    Map<SchemaName, String> texts = new HashMap<>();
    texts.put(new SchemaName("price", 1), TEXT);
    texts.put(new SchemaName("price", 10), NUMBER);
    texts.put(new SchemaName("price", 9), TEXT);

    var schemas = new TenantSchemas(new SchemaStore.Stored("r", texts));

    assertEquals(fault, schemas.fault(event, data));
  }
}
