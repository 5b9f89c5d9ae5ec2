package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.RunMessage;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may start a run, and for whom. What is seen of one is tried by the isolation suite. */
class RunAccessTest {
  private static final String INPUT =
      "{\"threadId\":\"t\",\"runId\":\"r\",\"messages\":[],\"state\":{}}";

  private static Caller.User user(String name, String... permissions) {
    return new Caller.User("acme", name, Set.of(), Set.of(permissions));
  }

  private static final Caller SERVICE = new Caller.Service("desk", "1", Set.of("acme"), Set.of());

  private static String starts(Caller caller, String tenant, String owner) {
    return RunAccess.starts(
        new RunMessage.Start(caller, tenant, owner, "agent", "t", "r", INPUT, false, null));
  }

  private static void refused(ErrorCode code, Caller caller, String tenant, String owner) {
    var refusal = assertThrows(HoldfastException.class, () -> starts(caller, tenant, owner));
    assertEquals(code, refusal.code());
  }

  @Test
  void aUserStartsItsOwnWithThePermissionForTheAgent() {
    assertEquals("ann", starts(user("ann", "run:agent"), "acme", null));
    assertEquals("ann", starts(user("ann", "run:*"), "acme", "ann"));
    refused(ErrorCode.FORBIDDEN, user("ann", "run:other"), "acme", null);
    refused(ErrorCode.FORBIDDEN, user("ann"), "acme", null);
    refused(ErrorCode.FORBIDDEN, user("ann", "*"), "acme", "bob");
    refused(ErrorCode.FORBIDDEN, user("ann", "*"), "other", null);
  }

  @Test
  void aServiceStartsThoseOfUsersWhomItNames() {
    assertEquals("bob", starts(SERVICE, "acme", "bob"));
    refused(ErrorCode.BAD_REQUEST, SERVICE, "acme", null);
    refused(ErrorCode.FORBIDDEN, SERVICE, "other", "bob");
  }

  @Test
  void aServiceWorksForItsTenantsAlone() {
    var worker = new Caller.Service("w", "1", Set.of("acme"), Set.of());
    assertDoesNotThrow(() -> RunAccess.works(worker, "acme"));
    var refusal = assertThrows(HoldfastException.class, () -> RunAccess.works(worker, "other"));
    assertEquals(ErrorCode.NOT_FOUND, refusal.code());
  }
}
