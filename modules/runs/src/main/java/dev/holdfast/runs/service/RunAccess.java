package dev.holdfast.runs.service;

import dev.holdfast.core.Access;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.ThreadMessage;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides whose runs a caller may start, see and end: a user its own, a service
 * those of its tenants. What is not the caller's is answered exactly as what never was.
 */
final class RunAccess {
  private RunAccess() {}

  static HoldfastException notFound() {
    return HoldfastException.withPublicMessage(ErrorCode.NOT_FOUND, "run: not found");
  }

  static HoldfastException noThread() {
    return HoldfastException.withPublicMessage(ErrorCode.NOT_FOUND, "thread: not found");
  }

  /**
   * Returns whose threads a message is about, if they are the caller's to ask for.
   *
   * @throws HoldfastException NOT_FOUND otherwise, whatever there is; BAD_REQUEST if a service
   *     names no owner
   */
  static String owner(ThreadMessage<?> message) {
    Caller caller = message.caller();
    String asked = message.owner();
    String owner = asked == null && caller instanceof Caller.User user ? user.user() : asked;
    if (!caller.actsFor(message.tenant()) || owner != null && !owns(caller, owner)) {
      throw noThread();
    }
    if (owner == null) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "user: missing");
    }
    return owner;
  }

  /**
   * Returns whose a new run will be.
   *
   * @throws HoldfastException FORBIDDEN, whatever there is in the tenant; BAD_REQUEST if a service
   *     names no owner
   */
  static String starts(RunMessage.Start message) {
    Caller caller = message.caller();
    String asked = message.owner();
    String owner = asked == null && caller instanceof Caller.User user ? user.user() : asked;
    boolean permitted = caller instanceof Caller.Service || caller.permits("run", message.agent());
    if (!caller.actsFor(message.tenant()) || !permitted || !owns(caller, owner)) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, "needs run:" + message.agent() + ", for a run of one's own");
    }
    if (owner == null) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "owner: missing");
    }
    return owner;
  }

  /**
   * Returns the run, if it is the caller's.
   *
   * @throws HoldfastException NOT_FOUND otherwise, and if there is none
   */
  static RunRecord visible(Caller caller, String tenant, Optional<RunRecord> found) {
    RunRecord run = found.orElseThrow(RunAccess::notFound);
    if (!caller.actsFor(tenant) || !owns(caller, run.owner())) {
      throw notFound();
    }
    return run;
  }

  /**
   * Checks that the caller may say something to a run that it sees: a user as one that it may
   * start.
   *
   * @throws HoldfastException FORBIDDEN
   */
  static void says(Caller caller, RunRecord run) {
    if (caller instanceof Caller.User user && !user.permits("run", run.agent())) {
      throw HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "needs run:" + run.agent());
    }
  }

  /**
   * Returns the run, if the caller may see it, or may read its channel.
   *
   * @throws HoldfastException NOT_FOUND otherwise, and if there is none
   */
  static RunRecord readable(Caller caller, RunKey key, Optional<RunRecord> found) {
    return Access.mayRead(caller, null, key.channel())
        ? found.orElseThrow(RunAccess::notFound)
        : visible(caller, key.tenant(), found);
  }

  /**
   * Checks that a service may work on the runs of a tenant.
   *
   * @throws HoldfastException NOT_FOUND, as for a run that never was
   */
  static void works(Caller.Service caller, String tenant) {
    if (!caller.actsFor(tenant)) {
      throw notFound();
    }
  }

  private static boolean owns(Caller caller, @Nullable String owner) {
    return !(caller instanceof Caller.User user) || user.user().equals(owner);
  }
}
