package dev.holdfast.app.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import dev.holdfast.sessions.service.SessionsVerticle;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a node does only after minutes, so that no other test of a whole node would miss it. */
class NodeLifeTest {
  private final JavaClass life =
      new ClassFileImporter().importClasses(NodeLife.class).get(NodeLife.class);

  private static boolean has(Set<? extends JavaAccess<?>> accesses, Class<?> owner, String name) {
    return accesses.stream()
        .anyMatch(
            each -> each.getTargetOwner().isEquivalentTo(owner) && each.getName().equals(name));
  }

  /** Sessions whose detach was given up would stay attached as long as their node lives. */
  @Test
  void whatIsAttachedHereIsComparedWithWhatConnectionsHold() {
    assertTrue(has(life.getMethodCallsFromSelf(), SessionsVerticle.class, "compareWith"));
    assertTrue(has(life.getMethodReferencesFromSelf(), ConnectionDirectory.class, "holds"));
  }
}
