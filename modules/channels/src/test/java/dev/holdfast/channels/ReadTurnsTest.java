package dev.holdfast.channels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadTurnsTest {
  private final ReadTurns turns = new ReadTurns();
  private final List<Promise<Integer>> begun = new ArrayList<>();

  private Future<Integer> read() {
    return turns.run(
        () -> {
          begun.add(Promise.promise());
          return begun.get(begun.size() - 1).future();
        });
  }

  @Test
  void begins32ReadsAndTheNextWhenOneEndedHoweverItDid() {
    List<Future<Integer>> reads = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      reads.add(read());
    }
    assertEquals(32, begun.size());

    begun.get(0).complete(0);
    begun.get(1).fail("the link broke");

    assertEquals(34, begun.size());
    for (int i = 2; i < 100; i++) {
      begun.get(i).complete(i);
    }
    assertEquals(99, reads.get(99).result());
    assertTrue(reads.get(1).failed());
    read();
    assertEquals(101, begun.size());
  }

  /** A link that is down fails all at once: they must not go as deep as the stack. */
  @Test
  void aHundredThousandThatFailAtOnceAllAnswer() {
    for (int i = 0; i < 32; i++) {
      read();
    }
    List<Future<Integer>> waiting = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      waiting.add(turns.run(() -> Future.failedFuture("down")));
    }

    begun.get(0).complete(0);

    assertTrue(waiting.stream().allMatch(Future::failed));
  }
}
