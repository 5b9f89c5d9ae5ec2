package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cluster.identity.BusTls;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterConfigTest {
  @Test
  void anEnvironmentThatSaysNothingMeansTheDefaults() {
    assertEquals(
        ClusterConfig.DEFAULTS,
        ClusterConfig.of(
            Map.of("PATH", "/bin", "HOLDFAST_NODE", "a", "HOLDFAST_CLUSTER_NAME", "")));
  }

  @Test
  void theEnvironmentSaysEverySetting() {
    Path key = tls("member.key");
    Path certificate = tls("member.crt");
    var said =
        Map.of(
            "HOLDFAST_CLUSTER_NAME", "production",
            "HOLDFAST_CLUSTER_HOST", "bus",
            "HOLDFAST_CLUSTER_PORT", "5701",
            "HOLDFAST_CLUSTER_MESSAGE_PORT", "5703",
            "HOLDFAST_CLUSTER_PUBLIC_HOST", "10.0.0.7",
            "HOLDFAST_CLUSTER_MEMBERS", "a:5701, [::1]:5702,",
            "HOLDFAST_CLUSTER_HEARTBEAT_TIMEOUT", "20s",
            "HOLDFAST_CLUSTER_TLS_KEY", key.toString(),
            "HOLDFAST_CLUSTER_TLS_CERTIFICATE", certificate.toString(),
            "HOLDFAST_CLUSTER_TLS_AUTHORITY", certificate.toString());
    var all = new HashMap<>(said);
    all.put("HOLDFAST_CLUSTER_SECRET", "a secret that is known to every member");
    all.put("HOLDFAST_CLUSTER_INSECURE", "false");

    assertEquals(
        new ClusterConfig(
            "production",
            "bus",
            5701,
            5703,
            "10.0.0.7",
            List.of(new HostPort("a", 5701), new HostPort("::1", 5702)),
            Duration.ofSeconds(20),
            new BusTls(key, certificate, certificate),
            "a secret that is known to every member",
            false),
        ClusterConfig.of(all));
  }

  @Test
  void everyProblemOfTheEnvironmentIsReportedAtOnce() {
    var wrong =
        Map.of(
            "HOLDFAST_CLUSTER_PORT", "many",
            "HOLDFAST_CLUSTER_MESSAGE_PORT", "70000",
            "HOLDFAST_CLUSTER_MEMBERS", "a",
            "HOLDFAST_CLUSTER_HEARTBEAT_TIMEOUT", "1s",
            "HOLDFAST_CLUSTER_TLS_KEY", "/no/such/file",
            "HOLDFAST_CLUSTER_SECRET_FILE", "/no/secret",
            "HOLDFAST_CLUSTER_INSECURE", "perhaps",
            "HOLDFAST_CLUSTER_MULTICAST", "true");

    String reported =
        assertThrows(IllegalArgumentException.class, () -> ClusterConfig.of(wrong)).getMessage();

    for (String problem :
        List.of(
            "HOLDFAST_CLUSTER_PORT: a whole number is needed, not many",
            "cluster: messagePort: 0 to 65535, not 70000",
            "HOLDFAST_CLUSTER_MEMBERS: host:port is needed, not a",
            "heartbeatTimeout: 2s to 5m",
            "HOLDFAST_CLUSTER_SECRET_FILE: file /no/secret can't be read",
            "HOLDFAST_CLUSTER_INSECURE: true or false is needed, not perhaps",
            "cluster.tls: key: file /no/such/file can't be read; certificate: needed",
            "HOLDFAST_CLUSTER_MULTICAST: unknown variable")) {
      assertTrue(reported.contains(problem), problem + " is not in: " + reported);
    }
  }

  @Test
  void aSecretThatCouldBeGuessedIsRefusedAndNotQuoted() {
    String reported =
        assertThrows(
                IllegalArgumentException.class,
                () -> ClusterConfig.of(Map.of("HOLDFAST_CLUSTER_SECRET", "too short")))
            .getMessage();

    assertEquals("cluster: secret: 32 characters or more", reported);
  }

  /**
   * A Kubernetes service of the name holdfast-cluster puts these into every container of its
   * namespace: a node passed over them, and no service could start.
   */
  @Test
  void variablesThatKubernetesSetsForAServiceAreNotOurs() {
    assertEquals(
        ClusterConfig.DEFAULTS,
        ClusterConfig.of(
            Map.of(
                "HOLDFAST_CLUSTER_SERVICE_HOST", "10.0.0.1",
                "HOLDFAST_CLUSTER_SERVICE_PORT", "5701",
                "HOLDFAST_CLUSTER_PORT", "tcp://10.0.0.1:5701",
                "HOLDFAST_CLUSTER_PORT_5701_TCP_ADDR", "10.0.0.1")));
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "5701, 0, 5702", "5701, 6000, 6000", "0, 6000, 6000"})
  void messagesTakeThePortAfterThatOfMembership(int port, int messagePort, int used) {
    assertEquals(used, at("127.0.0.1", port, messagePort, null).messagePortToUse());
  }

  @Test
  void portsThatCantBeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> at("127.0.0.1", 65_535, 0, null));
    assertThrows(IllegalArgumentException.class, () -> at("127.0.0.1", 5701, 5701, null));
  }

  @Test
  void beyondLoopbackTheBusIsExposedWhereNothingEncryptsIt() {
    var tls = new BusTls(tls("member.key"), tls("member.crt"), tls("member.crt"));

    assertTrue(at("0.0.0.0", 0, 0, null).exposed());
    assertFalse(at("0.0.0.0", 0, 0, tls).exposed());
    assertFalse(at("127.0.0.1", 0, 0, null).exposed());
  }

  @Test
  void aSecretIsNotPrintedAndGoesWithNoWordOfInsecurity() {
    var known = ClusterConfig.DEFAULTS.withSecret("a secret that is known to every member");
    var open = Map.of("HOLDFAST_CLUSTER_INSECURE", "true");

    assertFalse(known.toString().contains("known to every"), known.toString());
    assertTrue(known.guarded());
    assertFalse(ClusterConfig.of(open).guarded());
    assertThrows(
        IllegalArgumentException.class,
        () -> ClusterConfig.of(open).withSecret("a secret that is known to every member"));
  }

  private static ClusterConfig at(String host, int port, int messagePort, BusTls tls) {
    return new ClusterConfig(
        "name", host, port, messagePort, null, List.of(), Duration.ofSeconds(12), tls, null, false);
  }

  private static Path tls(String name) {
    try {
      return Path.of(ClusterConfigTest.class.getResource("/tls/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
