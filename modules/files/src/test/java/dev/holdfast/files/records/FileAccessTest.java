package dev.holdfast.files.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileView;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Who may, line by line; nothing here needs a store. */
class FileAccessTest {
  private static final Caller ANN = user("acme", "ann", "create:file");
  private static final Caller AGENTS = service(Set.of("acme"));
  private static final Caller OPERATOR = service(Set.of("*"), "erase:files");

  @Test
  void aTenantIsEnteredByWhoActsForIt() {
    assertTrue(FileAccess.entersTenant(ANN, "acme"));
    assertTrue(FileAccess.entersTenant(AGENTS, "acme"));
    assertTrue(FileAccess.entersTenant(OPERATOR, "acme"));
    assertFalse(FileAccess.entersTenant(ANN, "acme2"));
    assertFalse(FileAccess.entersTenant(AGENTS, "other"));
  }

  @Test
  void aFileIsItsOwnersAndItsTenantsServices() {
    FileRecord file = record("acme", "ann");

    for (Caller insider : List.of(ANN, AGENTS, OPERATOR)) {
      assertSame(file, FileAccess.visible(insider, "acme", Optional.of(file)));
      notFound(() -> FileAccess.visible(insider, "acme", Optional.empty()));
    }
    List<Caller> outsiders =
        List.of(user("acme", "bob"), user("other", "ann"), service(Set.of("other")));
    for (Caller outsider : outsiders) {
      notFound(() -> FileAccess.visible(outsider, "acme", Optional.of(file)));
      notFound(() -> FileAccess.visible(outsider, "acme", Optional.empty()));
    }
  }

  @Test
  void whatIsNotFoundSaysNothing() {
    assertEquals("file: there is none", FileAccess.notFound().getMessage());
    assertEquals(ErrorCode.NOT_FOUND.publicText, FileAccess.notFound().publicMessage());
  }

  @Test
  void aUserMakesItsOwnWithPermission() {
    assertEquals("ann", FileAccess.creates(ANN, "acme", null));
    assertEquals("ann", FileAccess.creates(ANN, "acme", "ann"));
    forbidden(() -> FileAccess.creates(ANN, "acme", "bob"));
    forbidden(() -> FileAccess.creates(ANN, "other", null));
    forbidden(() -> FileAccess.creates(ANN, "other", "ann"));
    forbidden(() -> FileAccess.creates(user("acme", "ann"), "acme", null));
    forbidden(() -> FileAccess.creates(user("acme", "ann", "create:files"), "acme", null));
  }

  @Test
  void aServiceMakesThemForUsersOfItsTenants() {
    assertEquals("ann", FileAccess.creates(AGENTS, "acme", "ann"));
    forbidden(() -> FileAccess.creates(AGENTS, "other", "ann"));
    refused(ErrorCode.BAD_REQUEST, () -> FileAccess.creates(AGENTS, "acme", null));
  }

  @Test
  void aUserListsItsOwnAServiceItsTenants() {
    assertEquals(Optional.of("ann"), FileAccess.lists(ANN, "acme", null));
    assertEquals(Optional.of("ann"), FileAccess.lists(ANN, "acme", "ann"));
    assertEquals(Optional.empty(), FileAccess.lists(ANN, "acme", "bob"));
    assertEquals(Optional.empty(), FileAccess.lists(ANN, "other", null));
    assertEquals(Optional.empty(), FileAccess.lists(ANN, "other", "ann"));
    assertEquals(Optional.of("*"), FileAccess.lists(AGENTS, "acme", null));
    assertEquals(Optional.of("bob"), FileAccess.lists(AGENTS, "acme", "bob"));
    assertEquals(Optional.empty(), FileAccess.lists(AGENTS, "other", null));
    assertEquals(Optional.empty(), FileAccess.lists(AGENTS, "other", "bob"));
  }

  @Test
  void erasingTakesTheTenantAndThePermission() {
    assertEquals("acme", FileAccess.erases(OPERATOR, "acme"));
    assertEquals("acme", FileAccess.erases(service(Set.of("acme"), "erase:files"), "acme"));
    forbidden(() -> FileAccess.erases(service(Set.of("other"), "erase:files"), "acme"));
    forbidden(() -> FileAccess.erases(AGENTS, "acme"));
    forbidden(() -> FileAccess.erases(ANN, "acme"));
  }

  @Test
  void ticketsAreRedeemedForTheirTenantsServicesAlone() {
    assertEquals("acme", FileAccess.redeems(AGENTS, "acme"));
    notFound(() -> FileAccess.redeems(ANN, "acme"));
    notFound(() -> FileAccess.redeems(AGENTS, "other"));
  }

  @Test
  void comparingTakesAllTenantsAndThePermission() {
    assertSame(OPERATOR, FileAccess.audits(OPERATOR));
    forbidden(() -> FileAccess.audits(service(Set.of("*"))));
    forbidden(() -> FileAccess.audits(service(Set.of("acme"), "erase:files")));
    forbidden(() -> FileAccess.audits(user("acme", "ann", "erase:files")));
  }

  private static Caller user(String tenant, String user, String... permissions) {
    return new Caller.User(tenant, user, Set.of(), Set.of(permissions));
  }

  private static Caller service(Set<String> tenants, String... permissions) {
    return new Caller.Service("agents", "one", tenants, Set.of(permissions));
  }

  private static FileRecord record(String tenant, String owner) {
    var view =
        new FileView(tenant, "f", owner, null, null, "n", 1, 1, null, null, null, true, 1, 1, 0);
    return new FileRecord(
        new FileKey(tenant, "f"),
        FileState.READY,
        view,
        "c",
        0,
        null,
        0,
        List.of(),
        true,
        false,
        null);
  }

  private static void notFound(Executable asked) {
    refused(ErrorCode.NOT_FOUND, asked);
  }

  private static void forbidden(Executable asked) {
    refused(ErrorCode.FORBIDDEN, asked);
  }

  private static void refused(ErrorCode code, Executable asked) {
    assertEquals(code, assertThrows(HoldfastException.class, asked).code());
  }
}
