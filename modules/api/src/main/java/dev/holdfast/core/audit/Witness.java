package dev.holdfast.core.audit;

import dev.holdfast.core.BusMessage;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Sees what services of this process are asked, by other processes and over HTTP, and what becomes
 * of it. What parts of a node ask each other it does not see. Any thread.
 */
public interface Witness {
  /** Sees nothing. */
  Witness NONE =
      new Witness() {
        @Override
        public boolean concerns(BusMessage<?> message) {
          return false;
        }

        @Override
        public <A> Future<A> saw(
            BusMessage<?> message, @Nullable Origin origin, Future<A> outcome) {
          return outcome;
        }
      };

  /** Returns whether it wants to see such a message. No I/O: it is asked for each message. */
  boolean concerns(BusMessage<?> message);

  /**
   * Takes note of a message.
   *
   * @param origin who asked for it over HTTP; none: its caller did, by the bus
   * @return what is answered: the outcome, later
   */
  <A> Future<A> saw(BusMessage<?> message, @Nullable Origin origin, Future<A> outcome);
}
