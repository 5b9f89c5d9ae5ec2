package dev.holdfast.testkit.attacks.kinds;

import dev.holdfast.testkit.attacks.kinds.HttpFlood.Request;
import java.io.IOException;

/**
 * 16 readers of a history of 16 MiB, from its begin each time: its answers were so large that the
 * link broke, and with it all that others had under way.
 */
record HistoryReads() implements Attack {
  private static final int READERS = 16;
  private static final int PAGES = 18;
  private static final String LARGE = '"' + "x".repeat(60_000) + '"';

  @Override
  public String name() {
    return "reads of a large history";
  }

  @Override
  public void begin(Target target) {
    target.each(READERS, number -> read(target, number));
  }

  private static void read(Target target, int number) throws IOException {
    RawClient client = target.connect(number);
    try {
      String token = target.aim().token();
      for (int i = 0; i < PAGES && number == 0 && target.lasts(); i++) {
        client.ask(Doors.publications(15, n -> Doors.publication("history", LARGE)).bytes(token));
      }
      byte[] request =
          Request.get("/v1/channels/topic:history/publications?limit=1000").bytes(token);
      while (target.lasts()) {
        target.answers().tried(1);
        target.answers().add(client.ask(request));
      }
    } finally {
      target.close(client);
    }
  }
}
