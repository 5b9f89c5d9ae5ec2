package dev.holdfast.runs.records;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.config.RunLimits;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A run that is to start.
 *
 * @param owner the user whose run it is
 * @param threadId as the client calls it, 1 to {@link #MOST_ID} characters; as {@code runId}
 * @param input AG-UI's {@code RunAgentInput} as JSON, up to {@link #MOST_INPUT} bytes
 * @param dismisses whether it begins whatever questions to people its thread has open
 * @param busy what becomes of it if its thread has a run
 */
public record RunSpec(
    String tenant,
    String owner,
    String threadId,
    String runId,
    String agent,
    String input,
    RunLimits limits,
    boolean dismisses,
    Busy busy) {
  public static final int MOST_ID = 256;
  public static final int MOST_INPUT = 1 << 20;

  public RunSpec {
    Names.tenant(tenant);
    Names.user(owner);
    Names.id(agent, "agent");
    checkId(threadId, "thread");
    checkId(runId, "run");
    Objects.requireNonNull(limits, "limits");
    if (bytes(input) > MOST_INPUT) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.TOO_LARGE, "input: at most " + MOST_INPUT + " bytes");
    }
  }

  /** Returns a run that does not start if its thread has one. */
  public static RunSpec of(
      String tenant,
      String owner,
      String threadId,
      String runId,
      String agent,
      String input,
      RunLimits limits,
      boolean dismisses) {
    return new RunSpec(
        tenant, owner, threadId, runId, agent, input, limits, dismisses, Busy.REJECT);
  }

  /** Clients make these; they are never part of a key. */
  private static void checkId(String id, String what) {
    boolean fits = !id.isEmpty() && id.length() <= MOST_ID;
    if (!fits || id.chars().anyMatch(Character::isISOControl)) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, what + ": 1 to " + MOST_ID + " characters, no control characters");
    }
  }

  public RunKey key() {
    return RunKey.of(tenant, owner, threadId, runId);
  }

  public ThreadKey thread() {
    return ThreadKey.of(tenant, owner, threadId);
  }

  public int inputBytes() {
    return bytes(input);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** What a start under the same id has to be the same in. */
  String digest() {
    return Digests.of(agent, input);
  }
}
