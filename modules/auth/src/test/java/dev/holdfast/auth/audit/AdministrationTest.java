package dev.holdfast.auth.audit;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.connections.usage.UsageMessage.Erase;
import dev.holdfast.connections.usage.UsageMessage.Erased;
import dev.holdfast.core.BusMessage;
import dev.holdfast.core.Caller;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.tokens.RevocationMessage.Revoke;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AdministrationTest {
  /** What users and services do every day, what only shows, and what nodes do; by its type. */
  private static final Map<String, String> EVERYDAY =
      Map.ofEntries(
          entry("core", "ServiceRequest"),
          entry("channels", "PublishKeyed"),
          entry(
              "channels.ChannelMessage",
              "Publish Fence " + "History SubscribeSession UnsubscribeSession"),
          entry("channels.ConsumerMessage", "Claim Commit Release Fetch"),
          entry("channels.schemas.SchemaMessage", "ListAll Get"),
          entry("connections.ConnectionMessage", "Find ListConnections Count Nodes"),
          entry("connections.usage.UsageMessage", "Show Days LeaveExport"),
          entry("tokens.IssuerMessage", "ListIssuers"),
          entry("tenants.TenantMessage", "Show ListTenants"),
          entry("files.FileMessage", "Create Append Stat ListFiles Read IssueTicket Copy Delete"),
          entry("files.TransferMessage", "Begin Claim Advance Locate Redeem Audit"),
          entry(
              "sessions.SessionMessage",
              "Attach Detach StoreCursors Subscribe Unsubscribe NotePublishing Refresh Create "
                  + "Get SetAttributes Touch ListSessions Views Sweep Reap Renew"),
          entry("runs.AgentMessage", "ListAgents ShowUsage"),
          entry("runs.RunMessage", "Start Get Find Snapshot Cancel Say"),
          entry(
              "runs.ThreadMessage",
              "ListThreads ShowThread NameThread DeleteThread ListMessages ListRuns"),
          entry("runs.WorkMessage", "Claim Events Beat Release"));

  private static final Caller SERVICE =
      new Caller.Service("desk", "1", Set.of("acme"), Set.of("*"));

  @Test
  void whetherItAdministersIsDecidedForEveryTypeOfMessage() throws Exception {
    Set<String> decided = new TreeSet<>();
    EVERYDAY.forEach(
        (place, names) ->
            Stream.of(names.split(" ")).forEach(one -> decided.add(name(place, one))));
    for (Class<?> type : Administration.types()) {
      assertFalse(decided.contains(type.getName()), type + " is both");
      decided.add(type.getName());
    }

    assertEquals(messages(), decided, "add it to Administration, or to EVERYDAY");
  }

  private static String name(String place, String type) {
    boolean inType = Character.isUpperCase(place.charAt(place.lastIndexOf('.') + 1));
    return "dev.holdfast." + place + (inType ? "$" : ".") + type;
  }

  @Test
  void aUserThatEndsItsOwnSessionAdministersNothing() {
    var user = new Caller.User("acme", "ann", Set.of(), Set.of());

    assertNull(Administration.deed(new SessionMessage.Close(user, "acme", "s", "closed")));
    assertNotNull(Administration.deed(new SessionMessage.Close(SERVICE, "acme", "s", "closed")));
  }

  /** Somebody may give the token itself in place of its id. */
  @Test
  void whatMayBeATokenIsNotShown() {
    assertEquals("id_1", token("id_1"));
    assertEquals("not shown", token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.x"));
    assertEquals("not shown", token("e".repeat(65)));
  }

  private static String token(String token) {
    var message = new Revoke(SERVICE, "acme", null, token, 1, 0);
    return Administration.deed(message).target().getString("token");
  }

  @Test
  void anErasureIsNotedWhenItBeginsAndWhenItIsDone() {
    var begins = new Erase(SERVICE, "acme", null, null, "");
    var goesOn = new Erase(SERVICE, "acme", null, null, "7");

    assertEquals("begun", Administration.outcome(begins, step("7")));
    assertNull(Administration.outcome(goesOn, step("8")));
    assertEquals("done", Administration.outcome(goesOn, step(null)));
    assertEquals("done", Administration.outcome(begins, step(null)));
  }

  /** Whoever erases asks again each second, until nothing is left. */
  @Test
  void aLookThatFindsNothingToEraseIsNotNoted() {
    var looks = new Erase(SERVICE, "acme", "ann", null, "");
    var none = new Erased(0, 0, 0, 0, Map.of("revoked", 1), null);

    assertNull(Administration.outcome(looks, none));
    assertEquals("done", Administration.outcome(looks, new Erased(0, 1, 0, 0, Map.of(), null)));
    assertEquals(
        "done", Administration.outcome(new Erase(SERVICE, "acme", "ann", null, "7"), none));
  }

  private static Erased step(String next) {
    return new Erased(1, 0, 0, 1, Map.of(), next);
  }

  private static Set<String> messages() throws Exception {
    Path at = Path.of(BusMessage.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(at)) {
      return messages(at);
    }
    try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + at.toUri()), Map.of())) {
      return messages(jar.getPath("/"));
    }
  }

  private static Set<String> messages(Path root) throws Exception {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> root.relativize(file).toString().replace('/', '.'))
          .filter(file -> file.startsWith("dev.holdfast.") && file.endsWith(".class"))
          .map(file -> load(file.replaceAll("\\.class$", "")))
          .filter(type -> type.isRecord() && BusMessage.class.isAssignableFrom(type))
          .map(Class::getName)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, BusMessage.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
