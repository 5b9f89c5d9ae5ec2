package dev.holdfast.testkit.attacks.kinds;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Controls without an attack: the values that bystanders measure anyway on this machine. */
final class Controls {
  private Controls() {}

  /** Takes the machine's time as attackers do, and leaves the nodes alone. */
  private record Computing() implements Attack {
    private static final AtomicLong SINK = new AtomicLong();

    @Override
    public String name() {
      return "control: two threads that only compute";
    }

    @Override
    public void begin(Target target) {
      target.each(2, number -> compute(target));
    }

    private static void compute(Target target) {
      target.answers().tried(1);
      long sum = 0;
      while (target.lasts()) {
        sum += System.nanoTime();
      }
      SINK.addAndGet(sum);
    }
  }

  private record Nothing() implements Attack {
    @Override
    public String name() {
      return "control: nothing";
    }

    @Override
    public void begin(Target target) {
      target.answers().tried(1);
    }
  }

  static Stream<Attack> all() {
    return Stream.of(new Nothing(), new Computing());
  }
}
