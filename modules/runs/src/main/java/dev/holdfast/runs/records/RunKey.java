package dev.holdfast.runs.records;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import dev.holdfast.redis.Keys;

/**
 * A run's full address. Its id is a digest of owner, thread and the client's own id: the ids of
 * another user or tenant name nothing, and the same start names the same run. Text form {@code
 * tenant!run}, as in the indexes.
 */
public record RunKey(String tenant, String run) {
  /**
   * Returns the address of the run that a client calls so.
   *
   * @param threadId as the client calls it, as {@code runId}
   */
  public static RunKey of(String tenant, String owner, String threadId, String runId) {
    return new RunKey(tenant, Digests.of("run", tenant, owner, threadId, runId));
  }

  static RunKey parse(String member) {
    int mark = member.indexOf('!');
    return new RunKey(member.substring(0, mark), member.substring(mark + 1));
  }

  /** The channel that has the run's events. */
  public Channel channel() {
    return new Channel(tenant, new ChannelName(Kind.RUN, run));
  }

  /** Returns its shard of the due-time sets. */
  int shard() {
    return Keys.shard(run);
  }

  @Override
  public String toString() {
    return tenant + "!" + run;
  }
}
