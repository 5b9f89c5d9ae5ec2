package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
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

  private static List<String> jars() {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return List.of(path.replace('\\', '/').split(File.pathSeparator));
  }
}
