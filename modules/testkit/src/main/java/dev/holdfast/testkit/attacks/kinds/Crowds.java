package dev.holdfast.testkit.attacks.kinds;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;

/** Attacks that need no token: sockets, upgrades, hellos that are wrong or do not end. */
final class Crowds {
  private static final int MOST = 750;
  private static final int PASSING = 16;

  private Crowds() {}

  /** Lets one of a crowd in, and returns its answer; it may stay for as long as it likes. */
  private interface Entrance {
    String enter(RawClient client, int number) throws IOException;
  }

  /**
   * @param most at a time
   */
  private record Crowd(String name, int most, Entrance entrance) implements Attack {
    @Override
    public void begin(Target target) {
      target.each(most, number -> enter(target, number));
    }

    private void enter(Target target, int number) throws IOException {
      RawClient client = target.connect(number);
      try {
        target.answers().tried(1);
        target.answers().add(entrance.enter(client, number));
      } finally {
        target.close(client);
      }
    }
  }

  static Stream<Attack> all() {
    return Stream.of(
        new Crowd("sockets that say nothing", MOST, (client, number) -> silent(client)),
        new Crowd("upgrades without a hello", MOST, (client, number) -> unsaid(client)),
        new Crowd("hellos that do not end", MOST, (client, number) -> halfSaid(client)),
        new Crowd("odd upgrades", PASSING, Crowds::oddly),
        new Crowd("wrong tokens over HTTP", PASSING, (client, number) -> forged(client)),
        new Crowd("wrong tokens in hellos", PASSING, (client, number) -> forgedHello(client)));
  }

  private static String silent(RawClient client) throws IOException {
    client.waitsForEver();
    return client.answer();
  }

  private static String unsaid(RawClient client) throws IOException {
    String status = client.upgrade("/v1/connect", null);
    client.waitsForEver();
    return status.equals("101") ? client.read() : status;
  }

  private static String halfSaid(RawClient client) throws IOException {
    String status = client.upgrade("/v1/connect", null);
    if (!status.equals("101")) {
      return status;
    }
    ByteBuffer frame = RawClient.begin(64 * 1024 - 1);
    client.say(Arrays.copyOf(frame.array(), frame.capacity() - 100));
    client.waitsForEver();
    return client.read();
  }

  /** The router took them for the endpoint; what came of it belonged to nobody. */
  private static String oddly(RawClient client, int number) throws IOException {
    String[] paths = {"/v1/connect/", "/v1//connect", "/v1/%63onnect", "/v1/./connect"};
    return client.upgrade(paths[number % paths.length], null);
  }

  private static String forged(RawClient client) throws IOException {
    return client.ask(HttpFlood.Request.get("/v1/sessions").bytes("e30.e30.e30"));
  }

  private static String forgedHello(RawClient client) throws IOException {
    String status = client.upgrade("/v1/connect", null);
    if (!status.equals("101")) {
      return status;
    }
    client.say(
        RawClient.frame(
            "{\"type\":\"hello\",\"token\":\"e30.e30.e30\","
                + "\"client\":{\"name\":\"x\",\"version\":\"1\"}}"));
    return client.read();
  }
}
