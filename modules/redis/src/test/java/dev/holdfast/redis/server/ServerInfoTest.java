package dev.holdfast.redis.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ServerInfoTest {
  private static final String RUN = "25bceb46a08ef8cc0bbf8173d4f459fd0206af08";
  private static final String DATA = "40954ba7c1c0363c931768ac33cbc0cdfad4d0f6";
  private static final String OTHER = "9f3c11d0c1c0363c931768ac33cbc0cdfad4d0f6";

  private static ServerInfo info(String replid, String role) {
    return ServerInfo.parse(
        String.join(
            "\r\n",
            "# Server",
            "redis_version:7.2.4",
            "run_id:" + RUN,
            "# Replication",
            "role:" + role,
            "master_replid:" + replid,
            "master_replid2:" + DATA,
            "loading:0",
            ""));
  }

  @Test
  void namesTheDataByRunIdAndReplicationId() {
    ServerInfo info = info(DATA, "master");

    assertNull(info.problem());
    assertEquals("25bceb46a08ef8cc0bbf-40954ba7c1c0363c9317", info.epochToken());
    assertNotEquals(info.epochToken(), info(OTHER, "master").epochToken());
  }

  @Test
  void saysWhyAConnectionMayNotGoOn() {
    ServerInfo info = info(DATA, "master");

    assertNull(info.change(info(DATA, "master")));
    assertEquals("the server is a replica, not a primary", info.change(info(DATA, "slave")));
    assertEquals(
        "the server's replication id changed, it may have other data",
        info.change(info(OTHER, "master")));
  }

  @Test
  void refusesAServerThatDoesNotReportItsData() {
    assertEquals(
        "the server does not report its run_id and master_replid", info("", "master").problem());
  }

  @Test
  void reportsClusterModeOfAServerThatIsAlone() {
    assertFalse(info(DATA, "master").clustered());
    assertTrue(ServerInfo.parse("# Cluster\r\ncluster_enabled:1\r\n").clustered());
  }
}
