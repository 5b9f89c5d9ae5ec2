package dev.holdfast.auth.revocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.bounds.Budget;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RevocationsTest {
  private static final long LATE = 1_000_000;

  private final Budget.Share bytes = Budget.Share.unmetered(1 << 20);
  private final Revocations known = new Revocations(0, bytes);
  private int id;

  @Test
  void aUsersTokensAreRefusedUpToTheSecondOfTheRevocation() {
    note("acme", Revocation.user("ann"), 100);

    assertTrue(known.has(token("acme", "ann", 99, null)));
    assertTrue(known.has(token("acme", "ann", 100, null)));
    assertFalse(known.has(token("acme", "ann", 101, null)));
    assertFalse(known.has(token("acme", "bob", 99, null)));
    assertFalse(known.has(token("other", "ann", 99, null)));
  }

  @Test
  void aTokenThatDoesNotSayWhenItWasIssuedIsAnOldOne() {
    note("acme", Revocation.user("ann"), 100);

    assertTrue(known.has(token("acme", "ann", 0, null)));
  }

  /** An issuer's clock may be ahead by the leeway: its token is as old as that. */
  @Test
  void theLeewayOfClocksCountsForTheRevocation() {
    Revocations lenient = new Revocations(30, bytes);
    lenient.note(new Noted("1-0", new Revocation("acme", Revocation.all(), 100, LATE)));

    assertTrue(lenient.has(token("acme", "ann", 130, null)));
    assertFalse(lenient.has(token("acme", "ann", 131, null)));
  }

  @Test
  void aTokenIsRefusedByItsIdOrItsDigestInItsTenantAlone() {
    note("acme", Revocation.token("t1"), 100);
    note("acme", Revocation.token("digest of bob 7"), 100);

    assertTrue(known.has(token("acme", "ann", 500, "t1")));
    assertFalse(known.has(token("acme", "ann", 500, "t2")));
    assertFalse(known.has(token("other", "ann", 500, "t1")));
    assertTrue(known.has(token("acme", "bob", 7, null)));
  }

  /** A login has many tokens, one after the other. */
  @Test
  void allTokensOfALoginAreRefusedAlsoLaterOnes() {
    note("acme", Revocation.token("sid-1"), 1);

    assertTrue(known.has(ofLogin("acme", "sid-1")));
    assertFalse(known.has(ofLogin("acme", "sid-2")));
    assertFalse(known.has(ofLogin("other", "sid-1")));
    assertFalse(known.has(token("acme", "ann", 1, null)));
  }

  private static Verified ofLogin(String tenant, String login) {
    var caller = new Caller.User(tenant, "ann", Set.of(), Set.of());
    return new Verified(caller, "", LATE, 500, "jti", "digest", 0, null, login);
  }

  /** A user may be called as the kinds of subjects are. */
  @Test
  void namesOfUsersAndIdsOfTokensAreNotTakenForEachOther() {
    note("acme", Revocation.user("x"), 100);
    note("acme", Revocation.token("y"), 100);

    assertFalse(known.has(token("acme", "z", 1, "u:x")));
    assertFalse(known.has(token("acme", "t:y", 1, "x")));
    assertFalse(known.has(token("acme", "y", 1, "x")));
  }

  @Test
  void anOlderRevocationThatComesLaterTakesNothingBack() {
    assertTrue(note("acme", Revocation.user("ann"), 100));
    assertFalse(note("acme", Revocation.user("ann"), 50));
    assertFalse(note("acme", Revocation.user("ann"), 100));
    assertTrue(note("acme", Revocation.user("ann"), 200));

    assertTrue(known.has(token("acme", "ann", 200, null)));
    assertEquals(1, known.size());
  }

  /** Two nodes asked at once, for other times: the second one was dropped by all. */
  @Test
  void oneThatIsWiderButEndsEarlierIsAddedToTheOneBefore() {
    var early = new Revocation("acme", Revocation.user("ann"), 200, LATE - 10);
    note("acme", Revocation.user("ann"), 100);

    assertTrue(known.note(new Noted("2-0", early)));

    assertTrue(known.has(token("acme", "ann", 200, null)));
    assertEquals(List.of(), known.forgetPast(LATE - 5));
    assertTrue(known.has(token("acme", "ann", 200, null)));
    assertEquals(List.of("2-0"), known.forgetPast(LATE + 1));
    assertEquals(0, known.size());
  }

  /** Redis has both of them, neither of which is enough; what is added again is. */
  @Test
  void aWalkThatFindsTwoPartsOfOneIsContentOnceItFindsTheWhole() {
    var early = new Revocation("acme", Revocation.user("ann"), 200, LATE - 10);
    note("acme", Revocation.user("ann"), 100);
    known.note(new Noted("2-0", early));

    known.walk();
    note("acme", Revocation.user("ann"), 100);
    known.note(new Noted("2-0", early));
    assertEquals(1, known.lost().size());
    known.note(new Noted("4-0", known.lost().get(0)));
    assertEquals(List.of(), known.lost());
  }

  @Test
  void oneForTheWholeTenantTakesThePlaceOfTheOthers() {
    note("acme", Revocation.user("ann"), 100);
    note("acme", Revocation.user("bob"), 300);
    note("acme", Revocation.token("t1"), 100);
    note("other", Revocation.user("ann"), 100);
    var all = new Revocation("acme", Revocation.all(), 200, LATE);

    known.note(new Noted("9-0", all));

    assertEquals(Set.of("1-0", "3-0"), Set.copyOf(known.forgetWithin(all)));
    assertEquals(3, known.size());
    assertFalse(note("acme", Revocation.user("cam"), 150), "within it");
    assertEquals(2, known.size("acme"), "all, and bob's");
    assertTrue(known.has(token("acme", "ann", 200, "t1")));
    assertTrue(known.has(token("acme", "bob", 300, null)));
  }

  @Test
  void whatConcernsNoValidTokenIsForgottenWithItsBytes() {
    note("acme", Revocation.user("ann"), 100);
    long one = bytes.used();
    assertEquals(Revocations.ENTRY_BYTES, one);
    known.note(new Noted("2-0", new Revocation("acme", Revocation.user("bob"), 100, LATE + 1)));

    assertEquals(List.of("1-0"), known.forgetPast(LATE + 1));
    assertEquals(1, known.size());
    assertEquals(one, bytes.used());
    assertEquals(List.of("2-0"), known.forgetPast(LATE + 2));
    assertEquals(0, bytes.used());
  }

  @Test
  void oneOfTheSameTenantAndSubjectIsFound() {
    note("acme", Revocation.user("ann"), 100);
    var wanted = new Revocation("acme", Revocation.user("ann"), 5, 6);

    assertEquals("1-0", known.like(wanted).id());
    assertNull(known.like(new Revocation("acme", Revocation.user("bob"), 5, 6)));
    assertNull(known.like(new Revocation("other", Revocation.user("ann"), 5, 6)));
    assertEquals(1, known.size("acme"));
    assertEquals(0, known.size("other"));
  }

  @Test
  void aWalkFindsWhatRedisHasLostAndWhatItHasOfAnOlderState() {
    note("acme", Revocation.user("ann"), 100);
    note("acme", Revocation.user("bob"), 100);
    note("acme", Revocation.user("bob"), 200);

    known.walk();
    note("acme", Revocation.user("bob"), 100);
    assertEquals(2, known.lost().size());
    note("acme", Revocation.user("bob"), 200);
    note("acme", Revocation.user("ann"), 100);
    assertEquals(List.of(), known.lost());
  }

  private boolean note(String tenant, String subject, long until) {
    return known.note(new Noted(++id + "-0", new Revocation(tenant, subject, until, LATE)));
  }

  private static Verified token(String tenant, String user, long issuedAt, String id) {
    var caller = new Caller.User(tenant, user, Set.of(), Set.of());
    return new Verified(caller, "", LATE, issuedAt, id, "digest of " + user + " " + issuedAt);
  }
}
