package dev.holdfast.client.protocol;

/**
 * Notices a silent server: sends a ping after one heartbeat of silence, and gives the connection up
 * after two.
 */
final class Heartbeat {
  private final Wire wire;
  private final Runnable ask;
  private final Runnable giveUp;
  private final Alarm alarm;
  private long period;
  private long heard;
  private boolean asked;

  Heartbeat(Wire wire, Runnable ask, Runnable giveUp) {
    this.wire = wire;
    this.ask = ask;
    this.giveUp = giveUp;
    this.alarm = new Alarm(wire);
  }

  /**
   * @param millis silence after which something is wrong
   */
  void start(long millis) {
    period = millis;
    heard();
    alarm.set(period, this::look);
  }

  void heard() {
    heard = wire.now();
    asked = false;
  }

  void stop() {
    alarm.cancel();
  }

  private void look() {
    long silence = wire.now() - heard;
    if (silence >= 2 * period) {
      giveUp.run();
      return;
    }
    if (silence >= period && !asked) {
      asked = true;
      ask.run();
    }
    alarm.set((asked ? 2 : 1) * period - silence, this::look);
  }
}
