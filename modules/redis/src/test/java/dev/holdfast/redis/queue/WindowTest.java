package dev.holdfast.redis.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.queue.Calls.Call;
import dev.holdfast.redis.queue.Calls.Claim;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much of a tenant is before the others, though these have their turns. */
class WindowTest {
  private static final long LATER = 2 * Window.ALONE_TICKS;

  private final Calls calls =
      new Calls(new Budget(new SimpleMeterRegistry()).share("test", 1L << 30));

  private void add(String group, long bytes, int count) {
    for (int i = 0; i < count; i++) {
      var claim = new Claim(group, bytes);
      calls.add(new Call(Request.cmd(Command.PING), Promise.promise(), claim, true, 0));
    }
  }

  private List<String> write(long tick) {
    List<String> groups = new ArrayList<>();
    for (Call next = calls.next(tick); next != null; next = calls.next(tick)) {
      groups.add(next.group());
    }
    return groups;
  }

  /**
   * One tenant's 60 KB publications were written up to 512 at a time: 30 MB, which the next
   * tenant's small one had to wait for, though it was its turn.
   */
  @Test
  void noMoreThanAWindowOfBytesIsWritten() {
    add("flood", 60_000, 40);
    assertEquals(18, write(0).size());
    add("small", 100, 1);
    assertNull(calls.next(0));

    calls.answered();
    assertEquals(List.of("small"), write(0), "the flood has more than its part of several");
  }

  /** However large. */
  @Test
  void aSingleCallIsWrittenAlways() {
    add("large", 10 * Window.BYTES, 1);
    add("other", 1, 1);
    assertEquals(List.of("large"), write(0));
    calls.answered();
    assertEquals(List.of("other"), write(0));
  }

  /** A tenant that was there first had all of it, 512 small calls, before everybody's next. */
  @Test
  void oneOfSeveralTenantsHasAPartOfTheWindow() {
    add("small", 100, 1);
    assertEquals(1, write(0).size());
    calls.answered();

    add("flood", 4_096, 300);
    assertEquals(Window.BYTES / Window.PART / 4_096, write(0).size());
    add("small", 100, 2);
    assertEquals(List.of("small", "small"), write(0));

    calls.answered();
    assertEquals(List.of("flood"), write(0), "as one of its own was answered");
  }

  @Test
  void callsWithoutBytesHaveABoundToo() {
    add("small", 0, 1);
    add("flood", 0, 1_000);
    assertEquals(1 + Window.CALLS / Window.PART, write(0).size());
  }

  @Test
  void aTenantThatIsAloneHasAllOfIt() {
    add("flood", 0, 2_000);
    assertEquals(Window.CALLS, write(0).size());
  }

  /** A node asks for the server's memory each second, and lists its sessions. */
  @Test
  void whatIsANodesOwnIsNoOtherTenant() {
    add("flood", 0, 1);
    add("", 0, 1);
    add("n1@7", 0, 1);
    add("flood", 0, 2_000);
    assertEquals(Window.CALLS, write(0).size());
  }

  @Test
  void aTenantThatTheOthersLeftHasAllOfIt() {
    add("small", 0, 1);
    add("flood", 0, 2_000);
    assertEquals(1 + Window.CALLS / Window.PART, write(0).size());
    assertEquals(Window.CALLS - 1 - Window.CALLS / Window.PART, write(LATER).size());
  }

  /** What the wire says itself, and what was not written after all. */
  @Test
  void whatIsTakenBackIsFree() {
    add("small", 0, 1);
    add("flood", Window.BYTES / Window.PART, 2);
    add(null, 0, 1);
    List<Call> written = new ArrayList<>();
    for (Call next = calls.next(0); next != null; next = calls.next(0)) {
      written.add(next);
    }
    assertNull(written.get(0).group());
    assertEquals(3, written.size());

    calls.refused(written.get(2));
    assertEquals(List.of("flood"), write(0));
  }
}
