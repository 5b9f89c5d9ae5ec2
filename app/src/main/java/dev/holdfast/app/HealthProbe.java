package dev.holdfast.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Asks the node of the same container or machine whether it is ready for clients, and prints its
 * answer; exits with 0 or 1. A main class of its own, without a library: it is started anew for
 * each question of a container engine that has no shell to ask with.
 */
public final class HealthProbe {
  private static final int TIMEOUT_MS = 3_000;

  private HealthProbe() {}

  /**
   * @param args the address to ask; without one {@code /health/ready} at {@code
   *     HOLDFAST_GATEWAY_PORT} of this machine, 8080 by default
   */
  public static void main(String[] args) {
    String port = System.getenv().getOrDefault("HOLDFAST_GATEWAY_PORT", "8080");
    String url = args.length > 0 ? args[0] : "http://127.0.0.1:" + port + "/health/ready";
    try {
      System.exit(ask(URI.create(url)) ? ExitCode.OK : ExitCode.FAILED);
    } catch (IOException e) {
      System.out.println(url + ": " + e.getMessage());
      System.exit(ExitCode.FAILED);
    }
  }

  private static boolean ask(URI url) throws IOException {
    var connection = (HttpURLConnection) url.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MS);
    connection.setReadTimeout(TIMEOUT_MS);
    boolean ready = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    try (InputStream body = ready ? connection.getInputStream() : connection.getErrorStream()) {
      System.out.println(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
    return ready;
  }
}
