package dev.holdfast.channels;

import java.time.Duration;

/**
 * Settings of a {@link ServicePublisher}.
 *
 * @param requestTimeout after which a request is sent again, default 2 s
 * @param deliveryTimeout after which a publication that was not acknowledged fails, default 2 min;
 *     it is then not known whether it was stored
 * @param maxPending most publications unanswered per channel, default 10,000
 */
public record ServicePublisherConfig(
    Duration requestTimeout, Duration deliveryTimeout, int maxPending) {
  public static final ServicePublisherConfig DEFAULT = new ServicePublisherConfig(null, null, 0);

  public ServicePublisherConfig {
    requestTimeout = requestTimeout == null ? Duration.ofSeconds(2) : requestTimeout;
    deliveryTimeout = deliveryTimeout == null ? Duration.ofMinutes(2) : deliveryTimeout;
    maxPending = maxPending == 0 ? 10_000 : maxPending;
    if (requestTimeout.toMillis() < 1 || deliveryTimeout.compareTo(requestTimeout) < 0) {
      throw new IllegalArgumentException("timeouts: 1 ms <= requestTimeout <= deliveryTimeout");
    }
    if (maxPending < 1) {
      throw new IllegalArgumentException("maxPending: positive");
    }
  }
}
