package dev.holdfast.channels.retained;

/**
 * Limits of the retained amount; 0: nothing.
 *
 * @param tenant of a tenant as a whole
 * @param user of each of its users, by what the user published
 */
public record RetainedLimits(Amount tenant, Amount user) {
  public RetainedLimits {
    boolean sound = tenant.channels() >= 0 && tenant.bytes() >= 0;
    if (!sound || user.channels() < 0 || user.bytes() < 0) {
      throw new IllegalArgumentException("retained: from 0");
    }
  }

  Amount of(Share share) {
    return share.user == null ? tenant : user;
  }
}
