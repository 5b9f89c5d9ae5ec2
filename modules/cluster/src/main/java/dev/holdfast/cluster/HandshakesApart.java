package dev.holdfast.cluster;

import io.vertx.core.json.JsonObject;
import io.vertx.core.net.JdkSSLEngineOptions;

/**
 * Has worker threads compute what a TLS handshake takes, which is some hundred milliseconds in a
 * process that has just started: too long for an event loop. The bus hands its options on as JSON,
 * and the original leaves this one out of it.
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
