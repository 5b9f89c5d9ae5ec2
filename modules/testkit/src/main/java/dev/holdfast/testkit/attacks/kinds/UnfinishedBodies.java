package dev.holdfast.testkit.attacks.kinds;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Large bodies that do not end: 500 at a time ended a node by its memory, and then the next. */
record UnfinishedBodies() implements Attack {
  private static final int THREADS = 100;
  private static final int LENGTH = 1_000_000;
  private static final byte[] PART = "x".repeat(LENGTH * 9 / 10).getBytes(StandardCharsets.UTF_8);

  @Override
  public String name() {
    return "bodies that do not end";
  }

  @Override
  public void begin(Target target) {
    target.each(THREADS, number -> hold(target, number));
  }

  private static void hold(Target target, int number) throws IOException {
    RawClient client = target.connect(number);
    try {
      target.answers().tried(1);
      client.say(
          "POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              + "Authorization: Bearer "
              + target.aim().token()
              + "\r\nContent-Length: "
              + LENGTH
              + "\r\n\r\n");
      client.say(PART);
      client.waitsForEver();
      target.answers().add(client.answer());
    } finally {
      target.close(client);
    }
  }
}
