package dev.holdfast.testkit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Shows with a test's failure the last lines of the logs of all clusters that run. */
public final class ClusterExtension implements TestExecutionExceptionHandler {
  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    for (TestCluster cluster : TestCluster.open()) {
      failure.addSuppressed(new NodeLogs(cluster.logTails()));
    }
    throw failure;
  }

  /** Shows the nodes' logs in the failure's stack trace; it is no failure itself. */
  private static final class NodeLogs extends Exception {
    private static final long serialVersionUID = 1L;

    NodeLogs(String tails) {
      super("the nodes said:" + tails, null, false, false);
    }
  }
}
