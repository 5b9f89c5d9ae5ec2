package dev.holdfast.limits;

import dev.holdfast.limits.use.Uses;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a limit costs a publication: both accounts, three rates each. Tokens are there, as they are
 * for whoever is within its rate; Redis is asked beside this, and stands for nothing here.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LimitCost {
  private static final int USERS = 10_000;
  private static final Amounts ENDLESS =
      Amounts.USER
          .with(Limit.PUBLICATIONS, Amounts.MOST)
          .with(Limit.BYTES, Amounts.MOST)
          .with(Limit.REQUESTS, Amounts.MOST);

  private final String[] users = new String[USERS];
  private final LimitsMetrics metrics = new LimitsMetrics(new SimpleMeterRegistry());
  private final Limiter limiter =
      new Limiter(
          new Accounts(new Limits(ENDLESS, ENDLESS), USERS, () -> {}), metrics, new Uses(USERS));
  private int next;

  public LimitCost() {
    for (int i = 0; i < USERS; i++) {
      users[i] = "user" + i;
    }
  }

  @Benchmark
  public long oneUser() {
    return limiter.take("tenant", "ann", Cost.publication(200));
  }

  @Benchmark
  public long manyUsers() {
    next = (next + 1) % USERS;
    return limiter.take("tenant", users[next], Cost.publication(200));
  }

  /** Two event loops, whose users are of one tenant. */
  @Benchmark
  @Threads(2)
  public long twoLoops() {
    return limiter.take("tenant", Thread.currentThread().getName(), Cost.publication(200));
  }
}
