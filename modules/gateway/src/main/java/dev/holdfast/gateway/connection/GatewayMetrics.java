package dev.holdfast.gateway.connection;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.protocol.CloseCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The metrics of the gateway; names and tags are bounded. Safe on any thread. */
public final class GatewayMetrics {
  private final MeterRegistry registry;
  private final Timer hello;
  private final Counter held;
  private final Counter compared;

  public GatewayMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.hello =
        Timer.builder("holdfast.hello")
            .description("from a hello to its welcome")
            .publishPercentiles(0.5, 0.99)
            .register(registry);
    this.held = registry.counter("holdfast.publish.held");
    this.compared = registry.counter("holdfast.compared");
  }

  /**
   * Counts a frame that was received.
   *
   * @param type one of the protocol's, or {@code unknown}
   */
  public void received(String type) {
    registry.counter("holdfast.frames.in", "type", type).increment();
  }

  public void refused(ErrorCode code) {
    registry.counter("holdfast.errors", "code", code.wireName()).increment();
  }

  void closed(CloseCode code) {
    closed(code.wireName());
  }

  /** Counts a close by the client or the network. */
  void left() {
    closed("client");
  }

  private void closed(String code) {
    registry.counter("holdfast.closes", "code", code).increment();
  }

  /** Counts a publication that has to wait, and its client with it. */
  void held() {
    held.increment();
  }

  /** Counts connections that were compared with the records of their sessions. */
  public void compared(int connections) {
    compared.increment(connections);
  }

  /**
   * Counts a channel token.
   *
   * @param outcome {@code taken} or {@code refused}
   */
  void channelToken(String outcome) {
    registry.counter("holdfast.channel.tokens", "outcome", outcome).increment();
  }

  void greeted(long nanos) {
    hello.record(Duration.ofNanos(nanos));
  }
}
