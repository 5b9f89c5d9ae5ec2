package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.core.Channel;
import dev.holdfast.loadtest.plan.Totals;
import java.util.ArrayList;
import java.util.List;

/** Numbers a channel's publications from 1, in all flows that go there. Confined to its loop. */
final class Numbers {
  final Channel channel;
  private final List<Long> unanswered = new ArrayList<>();
  private long last;

  Numbers(Channel channel) {
    this.channel = channel;
  }

  long next() {
    return ++last;
  }

  /** Notes a publication that failed or was given up: a reader may have it, or not. */
  void unanswered(long number) {
    unanswered.add(number);
  }

  Totals.Channel total() {
    return new Totals.Channel(last, List.copyOf(unanswered));
  }
}
