package dev.holdfast.testkit.attacks.kinds;

import dev.holdfast.core.Ids;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Streams of events from 64 topics that never were, left as soon as they are answered. */
record FreshStreams() implements Attack {
  private static final int THREADS = 8;

  @Override
  public String name() {
    return "streams from fresh topics";
  }

  @Override
  public void begin(Target target) {
    target.each(THREADS, number -> open(target, number));
  }

  private static void open(Target target, int number) throws IOException {
    String topics =
        Stream.generate(() -> "topic:" + Ids.fresh()).limit(64).collect(Collectors.joining(","));
    RawClient client = target.connect(number);
    try {
      target.answers().tried(1);
      var request = HttpFlood.Request.get("/v1/events?channels=" + topics);
      target.answers().add(client.ask(request.bytes(target.aim().token())));
    } finally {
      target.close(client);
    }
  }
}
