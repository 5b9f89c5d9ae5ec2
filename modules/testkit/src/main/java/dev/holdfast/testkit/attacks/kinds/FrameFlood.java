package dev.holdfast.testkit.attacks.kinds;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.LongFunction;

/**
 * Frames of one kind as fast as connections take them; nothing is awaited.
 *
 * @param permitted false: by a user without a single permission
 * @param frame by its number on its connection, from 1
 */
record FrameFlood(String name, int connections, boolean permitted, LongFunction<String> frame)
    implements Attack {
  private static final int BATCH = 32;
  private static final int LARGE = 16 * 1024;

  @Override
  public void begin(Target target) {
    target.each(connections, number -> flood(target, number));
  }

  private void flood(Target target, int number) throws IOException {
    RawClient client = target.connect(number);
    try {
      client.welcomed(permitted ? target.aim().token() : target.aim().powerless());
      target.listen(client);
      long n = 1;
      while (target.lasts()) {
        var batch = new ByteArrayOutputStream();
        int count = 0;
        while (count < BATCH && batch.size() < LARGE) {
          batch.writeBytes(RawClient.frame(frame.apply(n++)));
          count++;
        }
        client.say(batch.toByteArray());
        target.answers().tried(count);
      }
    } finally {
      target.close(client);
    }
  }
}
