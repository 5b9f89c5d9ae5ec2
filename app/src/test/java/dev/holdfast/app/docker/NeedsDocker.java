package dev.holdfast.app.docker;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/** Skips tests, and says why, if no engine answers or its images are not available. */
final class NeedsDocker implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Answer.GIVEN;
  }

  private static ConditionEvaluationResult look() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return ConditionEvaluationResult.disabled("no Docker Engine answers here");
    }
    for (String image : new String[] {Docker.JDK, Docker.REDIS}) {
      if (!Docker.has(image)) {
        return ConditionEvaluationResult.disabled("the image " + image + " is not available here");
      }
    }
    return ConditionEvaluationResult.enabled("a Docker Engine answers");
  }

  private static final class Answer {
    static final ConditionEvaluationResult GIVEN = look();
  }
}
