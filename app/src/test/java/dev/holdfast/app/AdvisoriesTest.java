package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.holdfast.app.PublishedHoles.Library;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * No library is used in a version with a hole that the build knows of. Netty was once, half a year
 * after its mend: it took foreign IPv6 addresses for those of a range, and nobody had noticed.
 */
class AdvisoriesTest {
  private static final Path LIST = Path.of("..", ".build", "advisories.txt");

  @Test
  void noLibraryHasAKnownHole() throws IOException {
    Set<String> found = new TreeSet<>();
    for (Advisory advisory : Advisory.read(LIST)) {
      for (String jar : jars()) {
        Optional<String> version = advisory.versionOf(jar);
        if (version.isPresent() && advisory.concerns(version.get()) && !advisory.isAccepted()) {
          found.add(version.get() + " of " + advisory);
        }
      }
    }
    assertTrue(found.isEmpty(), String.join("\n", found));
  }

  /** A list that matches nothing would find nothing. */
  @Test
  void theListIsOfLibrariesThatAreUsed() throws IOException {
    Set<String> unused =
        Advisory.read(LIST).stream()
            .filter(
                advisory -> jars().stream().noneMatch(jar -> advisory.versionOf(jar).isPresent()))
            .map(Advisory::library)
            .collect(Collectors.toSet());

    assertEquals(Set.of(), unused);
  }

  @ParameterizedTest
  @CsvSource({
    "4.2.12.Final, true",
    "4.2.14.Final, true",
    "4.2.15.Final, false",
    "4.2.20.Final, false",
    "4.1.100.Final, false"
  })
  void aVersionIsAffectedFromOneToTheOtherWithoutIt(String version, boolean affected) {
    Advisory advisory = Advisory.parse("X | io.netty:netty-handler | 4.2.0 | 4.2.15 | y |");
    String jar = "/m2/io/netty/netty-handler/" + version + "/netty-handler-" + version + ".jar";

    assertEquals(Optional.of(version), advisory.versionOf(jar));
    assertEquals(affected, advisory.concerns(version));
    assertFalse(advisory.isAccepted());
    assertTrue(advisory.versionOf(jar.replace("handler", "handler-proxy")).isEmpty());
  }

  @Test
  void aLineThatIsNoAdvisoryIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Advisory.parse("CVE-1 | io.netty | 1 | 2"));
  }

  /** What was published since the list was looked at; asks the database that is named. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.advisories.online", matches = "https?://.+")
  void noHoleWasPublishedThatTheListDoesNotExplain() throws IOException {
    URI database = URI.create(System.getProperty("holdfast.advisories.online"));

    List<Library> libraries = libraries(jars());
    assertTrue(libraries.size() > 50, libraries::toString);
    assertEquals(List.of(), unexplained(database, libraries));
  }

  @Test
  void aPublishedHoleHasToBeInTheListAsHarmless() throws IOException {
    Advisory harmless = accepted();
    Library used = new Library(harmless.library(), harmless.from());
    Library other = new Library("org.example:parser", "1.0");
    try (var database = new Database(harmless.id())) {
      List<String> found = unexplained(database.uri(), List.of(used, other));

      assertEquals(1, found.size(), found::toString);
      assertTrue(found.get(0).contains("org.example:parser"), found.get(0));
      assertTrue(found.get(0).contains("GHSA-new"), found.get(0));
      assertTrue(database.asked.contains("pkg:maven/org.example/parser@1.0"), database.asked);
    }
  }

  @Test
  void jarsAreNamedAsInTheRepository() {
    assertEquals(
        List.of(
            new Library("io.netty:netty-handler", "4.2.20.Final"),
            new Library("org.yaml:snakeyaml", "2.7")),
        libraries(
            List.of(
                "/home/x/m2/io/netty/netty-handler/4.2.20.Final/netty-handler-4.2.20.Final.jar",
                "/home/x/m2/dev/holdfast/holdfast-api/0.1.0/holdfast-api-0.1.0.jar",
                "/home/x/holdfast/app/target/classes",
                "/home/x/holdfast/modules/limits/target/holdfast-limits-0.1.0.jar",
                "/home/x/m2/org/yaml/snakeyaml/2.7/snakeyaml-2.7.jar")));
  }

  private static Advisory accepted() throws IOException {
    return Advisory.read(LIST).stream().filter(Advisory::isAccepted).findFirst().orElseThrow();
  }

  /** Answers as the database does: of the first library a known hole, of the second a new one. */
  private static final class Database implements AutoCloseable {
    private final HttpServer server;
    private String asked = "";

    Database(String known) throws IOException {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      answer(
          "/v1/querybatch",
          "{\"results\":[{\"vulns\":[{\"id\":\"GHSA-old\"}]},"
              + "{\"vulns\":[{\"id\":\"GHSA-new\"}]}]}");
      answer("/v1/vulns/GHSA-old", "{\"id\":\"GHSA-old\",\"aliases\":[\"" + known + "\"]}");
      answer("/v1/vulns/GHSA-new", "{\"id\":\"GHSA-new\",\"summary\":\"reads files\"}");
      server.start();
    }

    private void answer(String path, String body) {
      server.createContext(
          path,
          exchange -> {
            asked += new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
          });
    }

    URI uri() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  private static List<String> unexplained(URI database, List<Library> libraries)
      throws IOException {
    List<Advisory> list = Advisory.read(LIST);
    return new PublishedHoles(database)
        .of(libraries).stream()
            .filter(hole -> list.stream().noneMatch(known -> explains(known, hole)))
            .map(Object::toString)
            .toList();
  }

  private static boolean explains(Advisory known, PublishedHoles.Hole hole) {
    return known.isAccepted()
        && hole.ids().contains(known.id())
        && known.library().equals(hole.library().name())
        && known.concerns(hole.library().version());
  }

  /** The libraries of others; the folder that all of them are in is the repository. */
  private static List<Library> libraries(List<String> jars) {
    List<Path> versions =
        jars.stream().map(Path::of).filter(AdvisoriesTest::isKept).map(Path::getParent).toList();
    Path root = versions.get(0);
    for (Path version : versions) {
      while (!version.startsWith(root)) {
        root = root.getParent();
      }
    }
    Path repository = root;
    return versions.stream()
        .map(repository::relativize)
        .filter(version -> !version.startsWith(Path.of("dev", "holdfast")))
        .map(AdvisoriesTest::library)
        .toList();
  }

  /** Whether it lies as a repository has it: {@code <group>/<name>/<version>/<name>-<version>}. */
  private static boolean isKept(Path jar) {
    Path version = jar.getParent();
    boolean deep = jar.toString().endsWith(".jar") && jar.getNameCount() > 3;
    return deep
        && jar.getFileName()
            .toString()
            .startsWith(version.getParent().getFileName() + "-" + version.getFileName());
  }

  private static Library library(Path version) {
    int depth = version.getNameCount();
    String group = version.subpath(0, depth - 2).toString().replace(File.separatorChar, '.');
    return new Library(group + ":" + version.getName(depth - 2), version.getFileName().toString());
  }

  private static List<String> jars() {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return List.of(path.replace('\\', '/').split(File.pathSeparator));
  }
}
