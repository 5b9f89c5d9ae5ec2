package dev.holdfast.auth.issuers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.bounds.Budget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a node knows of issuers when Redis has other, older or no records. */
class KnownIssuersTest {
  private static final String SETTINGS = "{\"issuer\":\"a\",\"jwks\":\"https://a.example\"}";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final KnownIssuers known =
      new KnownIssuers(new Budget(registry).share("issuers", 1_000_000));

  @Test
  void aRecordIsTheSameAfterItWasWritten() {
    IssuerRecord live = live("a", 7);
    IssuerRecord removed = removed("a", 8);

    assertEquals(live, IssuerRecord.parse("a", live.text()));
    assertEquals(removed, IssuerRecord.parse("a", removed.text()));
    assertTrue(IssuerRecord.parse("a", removed.text()).isRemoved());
  }

  @Test
  void aRemovalThatRedisHasLostStaysInForceAndIsLost() {
    known.note(live("a", 1));
    known.note(removed("a", 2));

    List<IssuerRecord> lost = known.noteAll(Map.of("a", live("a", 1)));

    assertEquals(List.of(removed("a", 2)), lost);
    assertEquals(List.of(), known.live());
  }

  @Test
  void anIssuerThatRedisHasLostStaysInForceAndIsLost() {
    known.note(live("b", 2));
    known.note(live("a", 1));

    assertEquals(List.of(live("a", 1), live("b", 2)), known.noteAll(Map.of()));
    assertEquals(2, known.usable().size());
  }

  @Test
  void theNewerRecordCounts() {
    known.note(live("a", 3));

    assertTrue(known.note(removed("a", 2)));
    assertFalse(known.live().isEmpty());
    assertFalse(known.note(removed("a", 4)));
    assertTrue(known.live().isEmpty());
  }

  @Test
  void ofRemovedOnesOnlyTheNewestAreKept() {
    Map<String, IssuerRecord> found = new HashMap<>();
    for (int i = 0; i < IssuerStore.MOST_REMOVED + 1; i++) {
      found.put("i" + i, removed("i" + i, 10 + i));
    }

    assertEquals(List.of(), known.noteAll(found));
    assertNull(known.get("i0"));
    assertEquals(10 + 1, known.get("i1").n());
    assertEquals(List.of(), known.noteAll(found));
    double used = registry.get("holdfast.budget.bytes").tag("kind", "issuers").gauge().value();
    assertTrue(used > 0 && used < 300.0 * IssuerStore.MOST_REMOVED, "" + used);
  }

  @Test
  void whatANewerBuildHasAddedIsNotTrusted() {
    known.note(new IssuerRecord("a", 1, 1, 1, SETTINGS.replace("jwks", "newer")));
    known.note(live("b", 2));

    assertEquals(1, known.usable().size());
    assertEquals(2, known.live().size());
  }

  private static IssuerRecord live(String name, long n) {
    return new IssuerRecord(name, n, n, 5, SETTINGS.replace("\"a\"", "\"" + name + "\""));
  }

  private static IssuerRecord removed(String name, long n) {
    return new IssuerRecord(name, n, 0, 5, "");
  }
}
