package dev.holdfast.loadtest.worker.clients;

import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The target's addresses, from the one that a client begins with. Confined to one event loop. */
final class Urls {
  /** Longer than a session waits, which then reports why it gave up. */
  private static final int HANDSHAKE_MS = 15_000;

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private final List<URI> urls;
  private int at;
  private int left = -1;

  /**
   * Every so many clients are spread evenly, in an order that has nothing to do with the one in
   * which topics are given to them.
   */
  Urls(List<URI> urls, int client) {
    this.urls = urls;
    int round = client / urls.size();
    this.at = (client + Integer.rotateLeft(round * 0x9E3779B9, 15)) & Integer.MAX_VALUE;
  }

  /** Any of the others: clients of a node that died are not to come to one node together. */
  void next() {
    int here = at % urls.size();
    while (urls.size() > 1 && (at % urls.size() == here || urls.size() > 2 && at == left)) {
      at = ThreadLocalRandom.current().nextInt(urls.size());
    }
  }

  /** The node here asks to be left. */
  void move() {
    left = left < 0 ? at % urls.size() : left;
  }

  void arrived() {
    left = -1;
  }

  URI url() {
    return urls.get(at % urls.size());
  }

  WebSocketConnectOptions options() {
    URI url = url();
    boolean secure = "https".equals(url.getScheme()) || "wss".equals(url.getScheme());
    int usual = secure ? HTTPS : HTTP;
    return new WebSocketConnectOptions()
        .setHost(url.getHost())
        .setPort(url.getPort() < 0 ? usual : url.getPort())
        .setSsl(secure)
        .setTimeout(HANDSHAKE_MS)
        // No page of a browser: it has no origin.
        .setAllowOriginHeader(false);
  }
}
