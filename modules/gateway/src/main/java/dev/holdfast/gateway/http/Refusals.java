package dev.holdfast.gateway.http;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.SampledLog;
import java.time.Duration;
import org.slf4j.LoggerFactory;

/** Logs refusals for lack of a permission: the caller, and the permission needed. */
public final class Refusals {
  private static final SampledLog LOG =
      new SampledLog(LoggerFactory.getLogger(Refusals.class), Duration.ofMinutes(1));

  private Refusals() {}

  /** Logs a failure that is FORBIDDEN, once a minute. */
  public static void log(Caller caller, HoldfastException failure) {
    if (failure.code() == ErrorCode.FORBIDDEN) {
      LOG.info("forbidden", "refused " + shown(caller) + ": " + failure.getMessage());
    }
  }

  private static String shown(Caller caller) {
    return caller instanceof Caller.User user
        ? user.tenant() + "/" + user.user()
        : Callers.tenant(caller) + "/service:" + ((Caller.Service) caller).name();
  }
}
