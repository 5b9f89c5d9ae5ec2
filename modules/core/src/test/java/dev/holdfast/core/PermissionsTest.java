package dev.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PermissionsTest {
  private static final Pattern ASKED =
      Pattern.compile("(?:permits|needs|serviceNeeds)\\(\\s*\"([a-z]+)\",\\s*(?:\"([a-z]+)\")?");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "pub*",
        "publish:*",
        "publish:top*",
        "publish:topic:*",
        "publish:topic:a/b",
        "publish:topic:a*",
        "subscribe:run:r1",
        "history:tenant",
        "history:system:sessions",
        "publish:user:a@b|c",
        "request:billing",
        "request:*",
        "service:billing",
        "schema:order.*",
        "create:file",
        "erase:f*",
        "sessions:read",
        "connections:disconnect",
        "nodes:read"
      })
  void whatPermitsSomethingIsFine(String permission) {
    assertEquals(Optional.empty(), Permissions.problem(permission));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "publish",
        "publish:",
        "publish:news",
        "publish:topic",
        "publish:topic:",
        "publish:topic:a b",
        "publish:*:news",
        "publish:topics:*",
        "publish: topic:*",
        "pubish:topic:*",
        "Publish:topic:*",
        "subscribe:tenants",
        "request:",
        "service:",
        "service:*",
        "service:bill*",
        "create:files",
        "sessions:delete",
        "x*"
      })
  void whatPermitsNothingIsToldWithWhatWould(String permission) {
    assertTrue(Permissions.problem(permission).isPresent(), permission);
  }

  @Test
  void thePersonReadsWhatWouldPermit() {
    assertEquals(
        "publish:… is followed by tenant or user: or session: or run: or topic: or system:",
        Permissions.problem("publish:news").orElseThrow());
    assertTrue(Permissions.problem("pubish:topic:*").orElseThrow().contains("publish:"));
  }

  /** A permission that the code asks for, and this list does not know, could not be granted. */
  @Test
  void allThatTheCodeAsksForCanBeGranted() throws IOException {
    Set<String> asked = new TreeSet<>();
    for (Path source : sources()) {
      Matcher call = ASKED.matcher(Files.readString(source));
      while (call.find()) {
        asked.add(call.group(1) + ":" + (call.group(2) == null ? "*" : call.group(2)));
      }
    }

    assertTrue(asked.containsAll(Set.of("publish:*", "sessions:read", "erase:files")), "" + asked);
    for (String permission : asked) {
      assertEquals(Optional.empty(), Permissions.problem(permission), permission);
    }
  }

  private static List<Path> sources() throws IOException {
    try (var files = Files.walk(Path.of(".."))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> file.toString().contains("src/main/java"))
          .toList();
    }
  }
}
