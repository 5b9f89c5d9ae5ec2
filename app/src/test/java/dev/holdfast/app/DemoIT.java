package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo, smaller than people see it. */
class DemoIT {
  @TempDir Path folder;

  @Test
  void losesNothingAndLeavesNoProcessBehind() throws Exception {
    try (var demo = HoldfastProcess.start(folder, "demo", "--sessions=60", "--rate=100")) {
      demo.awaitOutput("a service publishes");
      List<ProcessHandle> children = demo.descendants();
      assertTrue(children.size() >= 5, "three nodes, clients, Redis: " + children);

      assertEquals(0, demo.awaitExit(), demo.output());

      assertTrue(demo.output().matches("(?s).*lost +0\n.*"), demo.output());
      assertGone(children);
    }
  }

  @Test
  void leavesNoProcessBehindWhenItIsInterrupted() throws Exception {
    try (var demo = HoldfastProcess.start(folder, "demo", "--sessions=30")) {
      demo.awaitOutput("connecting");
      List<ProcessHandle> children = demo.descendants();

      demo.terminate();

      assertEquals(143, demo.awaitExit(), demo.output());
      assertGone(children);
    }
  }

  private static void assertGone(List<ProcessHandle> children) {
    Awaitility.await().until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
  }
}
