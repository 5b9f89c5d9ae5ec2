package dev.holdfast.embedded.processes;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lives of a node's process; a shell stands for the node. */
class LocalNodeIT {
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;
  private LocalNode node;

  @AfterEach
  void kill() {
    if (node != null) {
      node.kill();
    }
  }

  @Test
  void whoEndsByItselfIsTroubleAndWhoIsEndedIsNone() throws Exception {
    make("echo to-err >&2; echo to-out; read line; exit 3");
    node.start().writeLine("end");
    awaitEnd();
    assertEquals("n1 ended by itself:\nto-err\nto-out", node.trouble());
    assertNull(node.startAgain(), "its port was not the reason");

    node.start();
    assertNull(node.trouble());
    node.kill();
    assertFalse(node.isRunning());
    assertNull(node.trouble());
  }

  @Test
  void isEndedAlsoWhilePausedAndIsNotReadyThen() throws Exception {
    make("exec sleep 600");
    assertThrows(ProcessException.class, node::pid);
    node.start();
    assertThrows(IllegalStateException.class, node::start);
    node.pause();
    assertTrue(node.isPaused() && node.isRunning() && !node.isReady());
    node.resume();
    assertTrue(node.terminate(PATIENCE));
    node.start();
    node.pause();
    node.kill();
    assertFalse(node.isRunning());
  }

  /** A node that was away found its port taken by whoever looked for a free one. */
  @Test
  void aTakenPortIsTriedFiveTimes() throws Exception {
    make("echo 'port 1: already in use'; exit 1");
    node.start();
    for (int launches = 1; launches < 5; launches++) {
      awaitEnd();
      assertNotNull(node.startAgain());
    }
    awaitEnd();
    assertNull(node.startAgain());
    assertEquals(5, Files.readAllLines(node.log()).size());
  }

  @Test
  void whatCannotBeStartedIsNamed() throws IOException {
    Path log = folder.resolve("x.log");
    var none = new LocalNode("x", NOWHERE, log, () -> new ProcessBuilder("/no/such/program"));
    var failure = assertThrows(ProcessException.class, none::start);
    assertTrue(failure.getMessage().startsWith("can't start x: "), failure.getMessage());
  }

  private void make(String script) {
    List<String> command = List.of("sh", "-c", script);
    node =
        new LocalNode("n1", NOWHERE, folder.resolve("n1.log"), () -> ChildProcess.command(command));
  }

  /** By what its methods ask: another thread completes {@code onExit()}, which may be earlier. */
  private void awaitEnd() {
    await().atMost(PATIENCE).until(() -> !node.isRunning());
  }
}
