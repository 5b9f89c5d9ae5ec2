package dev.holdfast.testkit.attacks.kinds;

import dev.holdfast.testkit.attacks.kinds.HttpFlood.Request;
import java.io.IOException;

/** Tickets of a file, each for a day: two keys of Redis, as fast as they are made. */
record FileTickets() implements Attack {
  private static final int THREADS = 8;

  @Override
  public String name() {
    return "tickets of a file";
  }

  @Override
  public void begin(Target target) {
    target.each(THREADS, number -> make(target, number));
  }

  private static void make(Target target, int number) throws IOException {
    RawClient client = target.connect(number);
    try {
      String token = target.aim().token();
      target.answers().tried(1);
      String file = client.make(Request.post("/v1/files?name=shared", "1").bytes(token));
      byte[] ticket = new Request("POST " + file + "/tickets?expires=86400", "", "").bytes(token);
      while (target.lasts()) {
        target.answers().tried(1);
        target.answers().add(client.ask(ticket));
      }
    } finally {
      target.close(client);
    }
  }
}
