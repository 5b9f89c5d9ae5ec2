package dev.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditAccessTest {
  private static final Channel AUDIT = new Channel("acme", ChannelName.AUDIT);

  @ParameterizedTest
  @ValueSource(strings = {"*", "audit:*", "audit:r*", "subscribe:*", "subscribe:system:audit"})
  void noOtherPermissionReadsAnAuditLog(String held) {
    assertFalse(Access.mayRead(user("acme", held), null, AUDIT));
    assertFalse(Access.mayRead(service("desk", "acme", held), null, AUDIT));
  }

  @Test
  void anAuditLogIsReadByThePermissionInItsTenant() {
    assertTrue(Access.mayRead(user("acme", "audit:read"), null, AUDIT));
    assertTrue(Access.mayRead(service("desk", "acme", "audit:read"), null, AUDIT));
    assertTrue(Access.mayRead(service("desk", "*", "audit:read"), null, AUDIT));
    assertFalse(Access.mayRead(user("other", "audit:read"), null, AUDIT));
    assertFalse(Access.mayRead(service("desk", "other", "audit:read"), null, AUDIT));
  }

  @Test
  void nobodyButNodesWritesAnAuditLog() {
    assertTrue(Access.mayPublish(service(Access.AUDITOR, "*", ""), null, AUDIT));
    assertFalse(Access.mayPublish(service(Access.AUDITOR, "acme", "*"), null, AUDIT));
    assertFalse(Access.mayPublish(service("desk", "*", "*"), null, AUDIT));
    assertFalse(Access.mayPublish(user("acme", "*"), null, AUDIT));
  }

  @Test
  void theRefusalNamesThePermission() {
    String read = Access.refusal(user("acme", "*"), "subscribe", ChannelName.AUDIT).publicMessage();
    String write =
        Access.refusal(service("desk", "*", "*"), "publish", ChannelName.AUDIT).publicMessage();

    assertEquals("needs audit:read", read);
    assertEquals("nobody publishes in system:audit", write);
  }

  private static Caller user(String tenant, String permission) {
    return new Caller.User(tenant, "ann", Set.of(), Set.of(permission));
  }

  private static Caller service(String name, String tenant, String permission) {
    return new Caller.Service(name, "1", Set.of(tenant), Set.of(permission));
  }
}
