package dev.holdfast.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Waits longer than Awaitility does by itself, 10 s, for what comes: on a machine that is busy, or
 * slow, processes and disks take their time. Found by JUnit itself, for every test class.
 */
public final class Patience implements BeforeAllCallback {
  private static final Duration TIMEOUT = Duration.ofSeconds(40);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(TIMEOUT);
  }
}
