package dev.holdfast.app;

import dev.holdfast.app.command.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Asks a node whether it is ready for clients, and prints its answer. Also a main class of its own
 * that needs no library: a container engine starts it anew for each question, as an image without a
 * shell has nothing else to ask with.
 */
@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description = "Asks a node whether it is ready for clients. Exit code 0 if it is, otherwise 1.")
public final class HealthCommand implements Callable<Integer> {
  private static final int TIMEOUT_MS = 3_000;

  @Parameters(
      arity = "0..1",
      paramLabel = "URL",
      description =
          "Address to ask. Default: /health/ready on this machine, at port"
              + " $HOLDFAST_GATEWAY_MANAGEMENT_PORT, otherwise $HOLDFAST_GATEWAY_PORT, otherwise 8080.")
  private String url = here();

  /**
   * @param args the address to ask, or nothing
   */
  public static void main(String[] args) {
    var command = new HealthCommand();
    if (args.length > 0) {
      command.url = args[0];
    }
    System.exit(command.call());
  }

  @Override
  public Integer call() {
    try {
      return ask(URI.create(url)) ? ExitCode.OK : ExitCode.FAILED;
    } catch (IOException | IllegalArgumentException e) {
      System.out.println(url + ": " + e.getMessage());
      return ExitCode.FAILED;
    }
  }

  private static String here() {
    String management = System.getenv("HOLDFAST_GATEWAY_MANAGEMENT_PORT");
    String named = management == null ? System.getenv("HOLDFAST_GATEWAY_PORT") : management;
    return "http://127.0.0.1:" + port(named) + "/health/ready";
  }

  /** The default where Kubernetes wrote the address of a service there. */
  static String port(String variable) {
    return variable != null && variable.matches("\\d{1,5}") ? variable : "8080";
  }

  private static boolean ask(URI url) throws IOException {
    var connection = (HttpURLConnection) url.toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MS);
    connection.setReadTimeout(TIMEOUT_MS);
    boolean ready = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    try (InputStream body = ready ? connection.getInputStream() : connection.getErrorStream()) {
      if (body != null) {
        System.out.println(new String(body.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return ready;
  }
}
