package dev.holdfast.testkit;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** After a failed test: shows the last lines of the logs of all clusters that run. */
public final class ClusterExtension implements AfterTestExecutionCallback {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterExtension.class);

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      for (TestCluster cluster : TestCluster.open()) {
        LOG.error("{} failed; its nodes said:{}", context.getDisplayName(), cluster.logTails());
      }
    }
  }
}
