package dev.holdfast.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerFileTest {
  private static final String SETTING = "stream-node-max-bytes 1024";

  @TempDir private Path dataDir;

  private boolean sets(String password, String version) throws IOException {
    DataFolder folder = DataFolder.claim(dataDir);
    try {
      EmbeddedRedisConfig config = EmbeddedRedisConfig.in(dataDir).withPort(1);
      ServerFile.write(config, password, RedisVersion.of(version), folder);
      return Files.readAllLines(folder.settings()).contains(SETTING);
    } finally {
      folder.release();
    }
  }

  /**
   * The one that comes along (6.2) had it too, where it makes full logs larger and no log small.
   */
  @ParameterizedTest
  @CsvSource({"6.2.6, false", "6.2.18, false", "7.0.0, true", "7.4.1, true", "8.1.0, true"})
  void nodesOfStreamsAreMadeSmallWhereTheServerAllocatesThemAtOnce(String version, boolean small)
      throws IOException {
    assertEquals(small, sets("secret", version));
  }

  /** There nodes do it themselves, as for any other server. */
  @Test
  void anOpenServerIsLeftToNodes() throws IOException {
    assertEquals(false, sets(null, "7.4.1"));
  }
}
