package dev.holdfast.app.node;

import dev.holdfast.channels.retained.Amount;
import dev.holdfast.channels.retained.RetainedLimits;
import dev.holdfast.limits.Amounts;
import dev.holdfast.limits.Limit;
import dev.holdfast.limits.Limits;
import dev.holdfast.sessions.store.SessionLimits;

/** The limits of a tenant, in the forms that services take. */
final class Bounds {
  private Bounds() {}

  static SessionLimits sessions(Limits of) {
    return new SessionLimits(of.tenant().of(Limit.SESSIONS), of.user().of(Limit.SESSIONS));
  }

  static RetainedLimits retained(Limits of) {
    return new RetainedLimits(retained(of.tenant()), retained(of.user()));
  }

  private static Amount retained(Amounts of) {
    return new Amount(of.of(Limit.RETAINED_CHANNELS), of.of(Limit.RETAINED_BYTES));
  }
}
