package dev.holdfast.channels;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a {@link ServicePublisher}.
 *
 * @param requestTimeout after which a request is sent again, default 2 s; up to eight times as long
 *     while there are no answers
 * @param deliveryTimeout after which a publication that was not acknowledged fails, default 2 min,
 *     at most {@link #MAX_DELIVERY_TIMEOUT}; it is then not known whether it was stored
 * @param maxPending most publications unanswered per channel, default 10,000
 */
public record ServicePublisherConfig(
    Duration requestTimeout, Duration deliveryTimeout, int maxPending) {
  /**
   * A quarter of the time for which the store remembers a publisher's numbers. What is sent again
   * after the store has forgotten them would be stored a second time; the rest is for a request
   * that lies in a node that is paused, and for a clock of Redis that is set forward by an hour.
   */
  public static final Duration MAX_DELIVERY_TIMEOUT = Publisher.REMEMBERED.dividedBy(4);

  public static final ServicePublisherConfig DEFAULT = new ServicePublisherConfig(null, null, 0);

  /** Takes the default of whatever is null or 0. */
  public ServicePublisherConfig(
      @Nullable Duration requestTimeout, @Nullable Duration deliveryTimeout, int maxPending) {
    this.requestTimeout = requestTimeout == null ? Duration.ofSeconds(2) : requestTimeout;
    this.deliveryTimeout = deliveryTimeout == null ? Duration.ofMinutes(2) : deliveryTimeout;
    this.maxPending = maxPending == 0 ? 10_000 : maxPending;
    check();
  }

  private void check() {
    if (requestTimeout.compareTo(Duration.ofMillis(1)) < 0
        || deliveryTimeout.compareTo(requestTimeout) < 0) {
      throw new IllegalArgumentException("timeouts: 1 ms <= requestTimeout <= deliveryTimeout");
    }
    if (deliveryTimeout.compareTo(MAX_DELIVERY_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          "deliveryTimeout: at most "
              + MAX_DELIVERY_TIMEOUT.toMinutes()
              + " minutes, not "
              + deliveryTimeout
              + "; later the store no longer knows what it has stored");
    }
    if (maxPending < 1) {
      throw new IllegalArgumentException("maxPending: positive");
    }
  }
}
