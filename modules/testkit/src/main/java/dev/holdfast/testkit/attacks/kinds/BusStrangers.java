package dev.holdfast.testkit.attacks.kinds;

import java.io.IOException;

/**
 * Strangers at the ports of the bus, which once took anybody at his word: a message that announces
 * 2 GiB, and bytes for as long as they are taken.
 */
record BusStrangers() implements Attack {
  private static final int THREADS = 8;
  private static final byte[] ANNOUNCED = {0x7f, -1, -1, -1, 0, 0, 0, 1};
  private static final byte[] MORE = new byte[64 * 1024];

  @Override
  public String name() {
    return "strangers at the bus";
  }

  @Override
  public void begin(Target target) {
    target.each(THREADS, number -> force(target, number));
  }

  private static void force(Target target, int number) throws IOException {
    var ports = target.aim().busPorts();
    RawClient client = target.connect(ports.get(number % ports.size()), 0);
    try {
      target.answers().tried(1);
      client.say(ANNOUNCED);
      while (target.lasts()) {
        client.say(MORE);
      }
    } finally {
      target.close(client);
    }
  }
}
