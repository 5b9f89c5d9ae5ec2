package dev.holdfast.testkit.attacks.kinds;

import java.io.IOException;

/** Hello, and gone: each leaves a session, which takes no permission. */
record LeftSessions() implements Attack {
  private static final int THREADS = 8;

  @Override
  public String name() {
    return "sessions that are left";
  }

  @Override
  public void begin(Target target) {
    target.each(THREADS, number -> leave(target, number));
  }

  private static void leave(Target target, int number) throws IOException {
    RawClient client = target.connect(number);
    try {
      target.answers().tried(1);
      client.welcomed(target.aim().powerless());
      target.answers().add("welcome");
    } finally {
      target.close(client);
    }
  }
}
