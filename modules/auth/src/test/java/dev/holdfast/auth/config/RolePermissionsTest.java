package dev.holdfast.auth.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a role permits, which may differ from tenant to tenant. */
class RolePermissionsTest {
  private static final RolePermissions ROLES =
      new RolePermissions(
          Map.of("editor", List.of("publish:topic:*", "history:topic:*"), "guest", List.of("a:b")),
          Map.of(
              "acme", Map.of("editor", List.of("publish:topic:drafts", "history:topic:*")),
              "globex", Map.of("editor", List.of())));

  @Test
  void aTenantsOwnTakesThePlaceOfWhatARoleHasOtherwise() {
    assertEquals(Set.of("publish:topic:drafts", "history:topic:*"), of("editor", "acme"));
    assertEquals(Set.of("publish:topic:*", "history:topic:*"), of("editor", "other"));
    assertEquals(Set.of(), of("editor", "globex"));
    assertEquals(Set.of("a:b"), of("guest", "acme"));
    assertEquals(Set.of(), of("unknown", "acme"));
    assertEquals(Set.of(), RolePermissions.NONE.of("editor", Set.of("acme")));
  }

  /** A service that acts for several has one set of permissions. */
  @Test
  void ofSeveralTenantsItIsWhatAllOfThemPermit() {
    assertEquals(Set.of("history:topic:*"), of("editor", "acme", "other"));
    assertEquals(Set.of(), of("editor", "acme", "globex"));
    assertEquals(Set.of("a:b"), of("guest", "acme", "globex"));
    assertEquals(Set.of(), of("editor"));
  }

  private static Set<String> of(String role, String... tenants) {
    return ROLES.of(role, Set.of(tenants));
  }
}
