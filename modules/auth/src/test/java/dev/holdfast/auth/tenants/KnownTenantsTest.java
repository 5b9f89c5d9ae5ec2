package dev.holdfast.auth.tenants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.bounds.Budget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KnownTenantsTest {
  private static final Optional<ErrorCode> SUSPENDED = Optional.of(ErrorCode.TENANT_SUSPENDED);
  private static final Optional<ErrorCode> UNKNOWN = Optional.of(ErrorCode.TENANT_UNKNOWN);
  private static final Optional<ErrorCode> NONE = Optional.empty();

  private final Budget.Share bytes = Budget.Share.unmetered(1 << 20);
  private final KnownTenants open = new KnownTenants(TenantsConfig.DEFAULTS, "ops", bytes);
  private final KnownTenants closed = new KnownTenants(new TenantsConfig(true), "ops", bytes);

  @Test
  void anyTenantMayWorkUnlessItIsSuspended() {
    open.note("acme", suspended("acme", 0, 1));

    assertEquals(SUSPENDED, open.refusal("acme"));
    assertEquals(NONE, open.refusal("other"));
    open.note("acme", new TenantRecord("acme", false, 0, 7, 2));
    assertEquals(NONE, open.refusal("acme"));
    assertNull(open.get("acme"));
    assertEquals(List.of(), open.after("", 10));
  }

  @Test
  void ifClosedOnlyThoseThatWereCreatedMayWork() {
    closed.note("made", new TenantRecord("made", false, 5, 5, 1));
    closed.note("both", suspended("both", 5, 2));
    closed.note("acme", suspended("acme", 0, 3));

    assertEquals(NONE, closed.refusal("made"));
    assertEquals(SUSPENDED, closed.refusal("both"));
    assertEquals(SUSPENDED, closed.refusal("acme"));
    assertEquals(UNKNOWN, closed.refusal("other"));
  }

  @Test
  void oneThatWasOnlyResumedIsNotOneThatWasCreated() {
    TenantRecord resumed = new TenantRecord("acme", false, 0, 7, 2);
    closed.note("acme", resumed);

    assertEquals(UNKNOWN, closed.refusal("acme"));
    assertNull(closed.get("acme"));
    assertSame(resumed, closed.newest("acme"));
  }

  @Test
  void thoseThatAreKnownAreShownByName() {
    TenantRecord one = suspended("one", 5, 1);
    TenantRecord two = suspended("two", 5, 2);
    open.note("two", two);
    open.note("one", one);

    assertSame(one, open.get("one"));
    assertNull(open.get("three"));
    assertEquals(List.of(one, two), open.after("", 10));
    assertEquals(List.of(one), open.after("", 1));
    assertEquals(List.of(two), open.after("one", 10));
  }

  @Test
  void whatRedisHasAsItIsKnownIsNotLost() {
    open.note("acme", suspended("acme", 0, 9));

    assertFalse(open.note("acme", suspended("acme", 0, 9)));
  }

  /** One that was suspended may become the operators' by their configuration. */
  @Test
  void theOperatorsOwnTenantAlwaysMayWork() {
    open.note("ops", suspended("ops", 0, 1));

    assertEquals(NONE, open.refusal("ops"));
    assertEquals(NONE, closed.refusal("ops"));
  }

  @Test
  void aTenantCountsOnce() {
    open.note("acme", suspended("acme", 0, 1));
    assertEquals(KnownTenants.RECORD_BYTES, bytes.used());
    open.note("acme", suspended("acme", 0, 2));
    assertEquals(KnownTenants.RECORD_BYTES, bytes.used());
    assertEquals(1, open.size());
  }

  @Test
  void whatRedisHasLostStaysKnownWhateverWasChangedSince() {
    open.note("first", suspended("first", 0, 7));
    open.note("later", suspended("later", 0, 12));
    open.note("lost", suspended("lost", 0, 11));
    open.note("older", suspended("older", 0, 13));
    var older = new TenantRecord("older", false, 3, 3, 5);
    var fresh = suspended("fresh", 0, 6);

    var late = suspended("late", 0, 99);

    List<TenantRecord> lost = open.noteAll(Map.of("older", older, "fresh", fresh, "late", late));

    assertEquals(
        List.of("first", "lost", "later", "older"), lost.stream().map(r -> r.tenant()).toList());
    assertEquals(SUSPENDED, open.refusal("first"));
    assertEquals(SUSPENDED, open.refusal("lost"));
    assertEquals(SUSPENDED, open.refusal("older"));
    assertEquals(SUSPENDED, open.refusal("fresh"));
  }

  @Test
  void anOlderRecordDoesNotTakeThePlaceOfANewerOne() {
    open.note("acme", suspended("acme", 0, 9));

    assertTrue(open.note("acme", new TenantRecord("acme", false, 0, 3, 5)));
    assertTrue(open.note("acme", null));
    assertEquals(SUSPENDED, open.refusal("acme"));
    assertFalse(open.note("acme", new TenantRecord("acme", false, 0, 3, 10)));
    assertEquals(NONE, open.refusal("acme"));
  }

  @Test
  void theTextOfARecordIsReadAgainAndANewerBuildsWordsArePassedOver() {
    TenantRecord one = suspended("acme", 5, 9);

    assertEquals(one, TenantRecord.parse("acme", one.text()));
    assertEquals(one, TenantRecord.parse("acme", one.text() + " more words"));
  }

  private static TenantRecord suspended(String tenant, long created, long n) {
    return new TenantRecord(tenant, true, created, 6, n);
  }
}
