package dev.holdfast.testkit.attacks.kinds;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Readers that take nothing of a topic to which 2.4 MB a second are published: what waits for them
 * ended a node by its memory.
 *
 * @param streams over HTTP; otherwise on WebSockets
 */
record SilentReaders(String name, boolean streams) implements Attack {
  private static final int READERS = 300;
  private static final int SMALL = 4_096;
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(250);
  private static final String LARGE = '"' + "x".repeat(60_000) + '"';

  @Override
  public void begin(Target target) {
    target.each(READERS, number -> hang(target, number));
    target.each(1, number -> publish(target));
  }

  private void hang(Target target, int number) throws IOException {
    var ports = target.aim().ports();
    RawClient client = target.connect(ports.get(number % ports.size()), SMALL);
    try {
      target.answers().tried(1);
      if (streams) {
        var request = HttpFlood.Request.get("/v1/events?channels=topic:silent");
        target.answers().add(client.ask(request.bytes(target.aim().token())));
      } else {
        client.welcomed(target.aim().token());
        client.say(
            RawClient.frame("{\"type\":\"subscribe\",\"id\":\"s\",\"channel\":\"topic:silent\"}"));
        target.answers().add("welcome");
      }
      target.await();
    } finally {
      target.close(client);
    }
  }

  private static void publish(Target target) throws IOException {
    RawClient client = target.connect(0);
    try {
      while (target.lasts()) {
        var request = Doors.publications(10, i -> Doors.publication("silent", LARGE));
        target.answers().add(client.ask(request.bytes(target.aim().token())));
        LockSupport.parkNanos(PAUSE);
      }
    } finally {
      target.close(client);
    }
  }
}
