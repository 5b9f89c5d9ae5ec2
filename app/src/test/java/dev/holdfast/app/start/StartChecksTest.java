package dev.holdfast.app.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.app.config.ConfigReader;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.NodeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartChecksTest {
  @Test
  void tooLittleMemoryIsReportedWithWhatIsNeeded() {
    assertEquals(Optional.empty(), StartChecks.memory(256L << 20));
    assertEquals(
        "128 MiB of memory are too little: give the container 256 MiB at the least, better 512",
        StartChecks.memory(128L << 20).orElseThrow());
  }

  @Test
  void aClockIsReportedBeyondHalfAMinuteEitherWay() {
    assertEquals(Optional.empty(), StartChecks.clock(30));
    assertEquals(Optional.empty(), StartChecks.clock(-30));
    assertTrue(StartChecks.clock(300).orElseThrow().contains("300 s ahead of that of Redis"));
    assertTrue(StartChecks.clock(-31).orElseThrow().contains("31 s behind that of Redis"));
  }

  @ParameterizedTest
  @CsvSource({
    "0.1.0, 0.1.0-SNAPSHOT, true",
    "0.1.0, 0.2.7, true",
    "0.3.0, 0.2.0, true",
    "0.1.0, 0.3.0, false",
    "1.0.0, 0.9.0, false",
    "1.10.0, 1.9.0, true",
    "development, 7.0.0, true",
    "0.1.0, unknown, true"
  })
  void versionsThatAreOneMinorApartRunTogether(String own, String other, boolean together) {
    var nodes = Map.of(new NodeId("n1", 1), new NodeInfo("10.0.0.3:8080", other));
    Optional<String> problem = StartChecks.versions(nodes, own);
    assertEquals(together, problem.isEmpty(), problem.toString());
  }

  @Test
  void nodesThatFindRedisInAnotherWayAreNamed() {
    var node = new NodeId("n1", 1);
    assertEquals(Optional.empty(), StartChecks.topologies(Map.of(node, "cluster"), "cluster"));
    assertEquals(Optional.empty(), StartChecks.topologies(Map.of(), "server"));
    String problem = StartChecks.topologies(Map.of(node, "server"), "sentinel").orElseThrow();
    assertTrue(
        problem.startsWith("node n1 finds Redis by redis.uri alone and this one by redis.sentinel"),
        problem);
    assertTrue(problem.contains("stop all of them before you change it"), problem);
  }

  @Test
  void aPortThatIsTakenIsNamedByItsSetting() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      HoldfastConfig config =
          new ConfigReader(Map.of()).flag("gateway.port", taken.getLocalPort()).read();
      var refused = assertThrows(StartException.class, () -> StartChecks.ports(config));
      String start = "gateway.port: " + taken.getLocalPort() + " at 127.0.0.1 is not available";
      assertTrue(refused.getMessage().startsWith(start), refused.getMessage());
    }
  }

  @Test
  void aHostOfTheBusThatIsNotThisMachinesIsReported() {
    HoldfastConfig config =
        new ConfigReader(Map.of())
            .flag("gateway.port", 0)
            .flag("cluster.host", "192.0.2.1")
            .flag("cluster.insecure", true)
            .read();
    var refused = assertThrows(StartException.class, () -> StartChecks.ports(config));
    String start = "cluster.host: 192.0.2.1 is at 192.0.2.1, none of which is this machine's";
    assertTrue(refused.getMessage().startsWith(start), refused.getMessage());
  }
}
