package dev.holdfast.app.cluster.model;

import dev.holdfast.app.cluster.Traffic;
import dev.holdfast.core.Position;
import dev.holdfast.testkit.client.WsTestClient;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.awaitility.Awaitility;

/**
 * A client that alone reads a channel, and is away while Redis is another: nobody touches the log
 * meanwhile, and its cursor is of what is lost.
 */
final class RareReader {
  private static final String CHANNEL = "topic:rare";
  private static final int COUNT = 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final WsTestClient client;
  private final Function<String, CompletableFuture<Position>> publish;

  RareReader(WsTestClient client, Function<String, CompletableFuture<Position>> publish) {
    this.client = client;
    this.publish = publish;
    Traffic.await(client.subscribe(CHANNEL));
  }

  /** Reads something, and leaves. */
  void readsAndLeaves() {
    Position last = publishSome();
    Awaitility.await("it is read")
        .atMost(TIMEOUT)
        .until(() -> last.equals(client.ledger().cursor(CHANNEL)));
    client.detach();
  }

  /** Something is published, and it comes back. */
  void returns(URI url) {
    publishSome();
    client.connect(url);
  }

  private Position publishSome() {
    Position last = null;
    for (int i = 0; i < COUNT; i++) {
      last = Traffic.await(publish.apply(CHANNEL));
    }
    return last;
  }
}
