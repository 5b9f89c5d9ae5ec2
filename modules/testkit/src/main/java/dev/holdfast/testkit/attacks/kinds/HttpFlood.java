package dev.holdfast.testkit.attacks.kinds;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongFunction;

/**
 * The same request as fast as it is answered, over connections that stay.
 *
 * @param request by its number: method and path, body; each other than the one before
 */
record HttpFlood(String name, int connections, LongFunction<Request> request) implements Attack {
  /**
   * @param line method and path
   * @param headers each with its end of line
   */
  record Request(String line, String headers, String body) {
    static Request get(String path) {
      return new Request("GET " + path, "", "");
    }

    static Request post(String path, String body) {
      return new Request("POST " + path, "Content-Type: application/json\r\n", body);
    }

    byte[] bytes(String token) {
      byte[] content = body.getBytes(StandardCharsets.UTF_8);
      String head =
          "%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%sContent-Length: %d\r\n\r\n"
              .formatted(line, token, headers, content.length);
      return (head + body).getBytes(StandardCharsets.UTF_8);
    }
  }

  @Override
  public void begin(Target target) {
    target.each(connections, number -> flood(target, number));
  }

  private void flood(Target target, int number) throws IOException {
    RawClient client = target.connect(number);
    try {
      for (long n = number; target.lasts(); n += connections) {
        target.answers().tried(1);
        target.answers().add(client.ask(request.apply(n).bytes(target.aim().token())));
      }
    } finally {
      target.close(client);
    }
  }
}
