package dev.holdfast.connections.usage;

import dev.holdfast.core.bus.Bus;
import io.vertx.core.Future;
import java.time.Duration;

/** What Redis holds, and the end of it, by this node. Safe on any thread. */
public final class UsageClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final Bus bus;

  public UsageClient(Bus bus) {
    this.bus = bus;
  }

  public Future<UsageMessage.Usage> show(UsageMessage.Show message) {
    return bus.askLocal(UsageMessage.ADDRESS, message, TIMEOUT);
  }

  public Future<UsageMessage.Erased> erase(UsageMessage.Erase message) {
    return bus.askLocal(UsageMessage.ADDRESS, message, TIMEOUT);
  }
}
