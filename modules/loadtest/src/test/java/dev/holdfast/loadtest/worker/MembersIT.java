package dev.holdfast.loadtest.worker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.loadtest.Load;
import dev.holdfast.loadtest.worker.members.MemberProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MembersIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final int port = FreePorts.take();
  private final int other = FreePorts.take();
  private final Map<String, String> settings =
      Map.of(
          "HOLDFAST_CLUSTER_NAME",
          "members-" + Ids.fresh(),
          "HOLDFAST_CLUSTER_SECRET",
          Ids.fresh() + Ids.fresh() + Ids.fresh(),
          "HOLDFAST_CLUSTER_MEMBERS",
          "127.0.0.1:" + port + ",127.0.0.1:" + other);

  private MemberProcess started(int own) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("HOLDFAST_CLUSTER_PORT", Integer.toString(own));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    return MemberProcess.start(List.of(java, "-cp", classes, Load.class.getName(), "member"), all);
  }

  @Test
  void membersSeeEachOtherComeAndGo() {
    try (MemberProcess one = started(port);
        MemberProcess two = started(other)) {
      assertTrue(one.answer() > 0 && two.answer() > 0, "joined after some time");
      await().atMost(PATIENCE).until(() -> one.ask("seen") == 2 && two.ask("seen") == 2);
      assertTrue(one.ask("heap") > 1 << 20);
      assertTrue(two.ask("leave") >= 0);
      await().atMost(PATIENCE).until(() -> one.ask("seen") == 1);
    }
  }
}
