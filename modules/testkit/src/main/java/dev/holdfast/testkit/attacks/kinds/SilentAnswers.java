package dev.holdfast.testkit.attacks.kinds;

import dev.holdfast.testkit.attacks.kinds.HttpFlood.Request;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Large answers whose readers take nothing: each keeps a socket, and a file or a part of the heap.
 *
 * @param file whether it is the content of a file; otherwise a list of sessions
 */
record SilentAnswers(String name, boolean file) implements Attack {
  private static final int READERS = 300;
  private static final int SMALL = 4_096;
  private static final int SESSIONS = 18;

  /** Less than the time after which the node would close the connection. */
  private static final long STAY = TimeUnit.SECONDS.toNanos(20);

  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String LARGE = "x".repeat(8 << 20);

  @Override
  public void begin(Target target) {
    target.each(1, number -> all(target));
  }

  private void all(Target target) throws IOException {
    RawClient client = target.connect(0);
    try {
      String path = file ? file(client, target) : sessions(client, target);
      target.each(READERS, number -> hang(target, number, path));
      target.await();
    } finally {
      target.close(client);
    }
  }

  private static String file(RawClient client, Target target) throws IOException {
    return client.make(Request.post("/v1/files?name=large", LARGE).bytes(target.aim().token()));
  }

  private static String sessions(RawClient client, Target target) throws IOException {
    String value = "x".repeat(980);
    String attributes =
        IntStream.range(0, 64)
            .mapToObj(i -> "\"a%d\":\"%s\"".formatted(i, value))
            .collect(Collectors.joining(",", "{\"attributes\":{", "}}"));
    byte[] request = Request.post("/v1/sessions", attributes).bytes(target.aim().token());
    for (int i = 0; i < SESSIONS; i++) {
      client.ask(request);
    }
    return "/v1/sessions?limit=1000";
  }

  private static void hang(Target target, int number, String path) throws IOException {
    var ports = target.aim().ports();
    RawClient client = target.connect(ports.get(number % ports.size()), SMALL);
    try {
      target.answers().tried(1);
      String answer = client.askHead(Request.get(path).bytes(target.aim().token()));
      target.answers().add(answer);
      long until = System.nanoTime() + (answer.equals("200") ? STAY : 0);
      while (target.lasts() && System.nanoTime() - until < 0) {
        LockSupport.parkNanos(PAUSE);
      }
    } finally {
      target.close(client);
    }
  }
}
