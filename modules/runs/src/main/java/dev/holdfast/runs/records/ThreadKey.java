package dev.holdfast.runs.records;

/** A thread's full address; its id is a digest of owner and the client's own id, as a run's is. */
public record ThreadKey(String tenant, String thread) {
  /**
   * @param threadId as the client calls it
   */
  public static ThreadKey of(String tenant, String owner, String threadId) {
    return new ThreadKey(tenant, Digests.of("thread", tenant, owner, threadId));
  }
}
