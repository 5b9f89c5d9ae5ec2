package dev.holdfast.cluster;

import io.vertx.core.json.JsonObject;
import io.vertx.core.net.JdkSSLEngineOptions;

/**
 * Moves the computing of TLS handshakes to worker threads. One takes some hundred milliseconds in a
 * process that has just started: too long for an event loop. The bus copies its options as JSON,
 * and the original class leaves this option out.
 */
final class HandshakesApart extends JdkSSLEngineOptions {
  HandshakesApart() {
    setUseWorkerThread(true);
  }

  @Override
  public JsonObject toJson() {
    return super.toJson().put("useWorkerThread", true);
  }

  @Override
  public JdkSSLEngineOptions copy() {
    return new HandshakesApart();
  }
}
