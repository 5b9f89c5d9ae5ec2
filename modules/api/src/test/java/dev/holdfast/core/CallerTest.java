package dev.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.bus.Grant;
import dev.holdfast.runs.CancelNotice;
import dev.holdfast.sessions.SessionMessage;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may act for whom, by token and by credentials. */
class CallerTest {
  @Test
  void aUserActsForItsTenantAloneAndAServiceForThoseThatItNames() {
    var user = new Caller.User("acme", "ann", Set.of(), Set.of("*"));
    var one = new Caller.Service("desk", "1", Set.of("acme", "other"), Set.of());
    var all = new Caller.Service("desk", "1", Set.of("*"), Set.of());
    var none = new Caller.Service("desk", "1", Set.of(), Set.of("*"));

    assertTrue(user.actsFor("acme"));
    assertFalse(user.actsFor("acme2"));
    assertFalse(user.actsFor("*"));
    assertTrue(one.actsFor("acme"));
    assertTrue(one.actsFor("other"));
    assertFalse(one.actsFor("third"));
    assertFalse(one.actsFor("*"));
    assertTrue(all.actsFor("third"));
    assertTrue(all.actsFor("*"));
    assertFalse(none.actsFor("acme"));
  }

  @Test
  void namesThatAreNoneMakeNoCaller() {
    Set<String> no = Set.of();
    assertRefused(() -> new Caller.User("a/b", "ann", no, no));
    assertRefused(() -> new Caller.User("acme", "ann bob", no, no));
    assertRefused(() -> new Caller.Service("a b", "1", no, no));
    assertRefused(() -> new Caller.Service("desk", "1 2", no, no));
  }

  @Test
  void whatACallerHoldsCannotBeChangedLater() {
    Set<String> held = new HashSet<>(Set.of("sessions:read"));
    var user = new Caller.User("acme", "ann", held, held);
    var service = new Caller.Service("desk", "1", held, held);
    held.add("*");

    assertFalse(user.permits("sessions", "write"));
    assertFalse(service.permits("sessions", "write"));
    assertEquals(Set.of("sessions:read"), user.roles());
    assertEquals(Set.of("sessions:read"), service.tenants());
  }

  @Test
  void aGrantIsForOneServiceItsTenantsAndMessagesThatNameThem() {
    Grant grant = new Grant("desk", Set.of("acme", "other"));
    assertPasses(grant, service("desk", "acme"));
    assertPasses(grant, service("desk", "acme", "other"));
    assertPasses(grant, service("desk"));
    assertStopped(grant, service("tooth", "acme"));
    assertStopped(grant, service("desk", "third"));
    assertStopped(grant, service("desk", "acme", "third"));
    assertStopped(grant, service("desk", "*"));
    assertStopped(grant, new Caller.User("acme", "ann", Set.of(), Set.of()));
    assertPasses(new Grant("desk", Set.of("*")), service("desk", "*"));
    assertPasses(new Grant("desk", Set.of("*")), service("desk", "third"));
    var refusal =
        assertThrows(HoldfastException.class, () -> grant.check(new CancelNotice("acme", "r1")));
    assertEquals(ErrorCode.FORBIDDEN, refusal.code());
    assertEquals(
        "the credentials are for service desk and tenants [acme, other]", refusal.publicMessage());
  }

  @Test
  void aGrantIsReadAsItIsWritten() {
    Grant grant = new Grant("desk", Set.of("other", "acme"));
    assertEquals("desk\nacme\nother", grant.text());
    assertEquals(grant, Grant.parse(grant.text()));
    assertEquals(new Grant("desk", Set.of("*")), Grant.parse("desk\n*"));
    assertRefused(() -> Grant.parse("desk"));
    assertRefused(() -> Grant.parse("desk\na/b"));
    assertRefused(() -> Grant.parse("a b\nacme"));
  }

  private static Caller.Service service(String name, String... tenants) {
    return new Caller.Service(name, "1", Set.of(tenants), Set.of());
  }

  private static SessionMessage.Get message(Caller caller) {
    return new SessionMessage.Get(caller, "acme", "s1");
  }

  private static void assertPasses(Grant grant, Caller caller) {
    grant.check(message(caller));
  }

  private static void assertStopped(Grant grant, Caller caller) {
    var refusal =
        assertThrows(HoldfastException.class, () -> grant.check(message(caller)), "" + caller);
    assertEquals(ErrorCode.FORBIDDEN, refusal.code());
  }

  private static void assertRefused(Runnable wrong) {
    var refusal = assertThrows(HoldfastException.class, wrong::run);
    assertEquals(ErrorCode.BAD_REQUEST, refusal.code());
  }
}
