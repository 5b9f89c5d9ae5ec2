package dev.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
      Pattern.compile(
          "(?:permits|needs|needsOperator|serviceNeeds)\\(\\s*\"([a-z]+)\",\\s*(?:\"([a-z]+)\")?");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
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
        "files:read",
        "files:*",
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
        "nodes:*",
        "nodes:r*",
        "config:*",
        "stats:*",
        "limits:*",
        "pub*",
        "publish*",
        "**",
        "x*"
      })
  void whatPermitsNothingIsNamedWithWhatWould(String permission) {
    assertTrue(Permissions.problem(permission).isPresent(), permission);
  }

  @Test
  void thePersonReadsWhatWouldPermit() {
    assertEquals(
        "publish:… is followed by tenant or user: or session: or run: or topic: or system:",
        Permissions.problem("publish:news").orElseThrow());
    assertTrue(Permissions.problem("pubish:topic:*").orElseThrow().contains("publish:"));
    assertTrue(Permissions.problem("pub*").orElseThrow().startsWith("* stands for the end"));
    assertTrue(Permissions.problem("publish").orElseThrow().startsWith("it begins with one of "));
  }

  /** {@code pub*} opened {@code publish:…}: a wildcard is for what follows the verb. */
  @ParameterizedTest
  @ValueSource(strings = {"pub*", "publish*", "p*", "publish", "**", ":*", "publish:topic:b*"})
  void noWildcardInTheVerbPermitsAnything(String held) {
    assertFalse(holder(held).permits("publish", "topic:a"), held);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "publish:*",
        "publish:t*",
        "publish:topic:*",
        "publish:topic:a",
        "publish:topic:a*"
      })
  void aWildcardForTheTargetPermits(String held) {
    assertTrue(holder(held).permits("publish", "topic:a"), held);
  }

  /** A tenant's token with {@code *} read what is the whole node's. */
  @ParameterizedTest
  @ValueSource(strings = {"nodes", "config", "stats", "limits"})
  void whatIsTheOperatorsIsHeldByItsWholeName(String verb) {
    for (String held : new String[] {"*", verb + ":*", verb + ":r*", verb + "*", verb + ":"}) {
      assertFalse(holder(held).permits(verb, "read"), held);
    }
    assertTrue(holder(verb + ":read").permits(verb, "read"));
  }

  private static Caller holder(String permission) {
    return new Caller.User("acme", "ann", Set.of(), Set.of(permission));
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
    List<Path> sources = new ArrayList<>();
    // Nothing else below the modules: what is built and tested there comes and goes.
    try (var modules = Files.newDirectoryStream(Path.of(".."), Files::isDirectory)) {
      for (Path module : modules) {
        sources.addAll(sources(module.resolve("src/main/java")));
      }
    }
    return sources;
  }

  private static List<Path> sources(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return List.of();
    }
    try (var files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }
}
