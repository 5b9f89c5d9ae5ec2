package dev.holdfast.limits;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Places of a count that are taken until {@link #leave} is called. Any thread. */
public final class Place {
  /** An empty place. */
  public static final Place NONE = new Place(Limiter.UNLIMITED, List.of(), Limit.CONNECTIONS, 0);

  private final Limiter limiter;
  private final List<Account> accounts;
  private final Limit count;
  private final long amount;
  private final AtomicBoolean left = new AtomicBoolean();

  Place(Limiter limiter, List<Account> accounts, Limit count, long amount) {
    this.limiter = limiter;
    this.accounts = accounts;
    this.count = count;
    this.amount = amount;
  }

  /** Gives the places back; only the first call counts. */
  public void leave() {
    if (left.compareAndSet(false, true)) {
      for (Account account : accounts) {
        account.give(count, amount);
        limiter.look(account);
      }
    }
  }
}
