package dev.holdfast.redis;

/**
 * An argument of a script whose value is that of the shard which the call goes to, as it is when
 * the call is written. A call that goes to another shard in the end, as its slot has moved, is
 * written with the values of that one.
 */
public enum ShardValue {
  /**
   * Names the data of the server: made of its run id and its replication id. It changes with a
   * restart, a failover, and a failback to the same process.
   */
  EPOCH_TOKEN,

  /**
   * A name of the server's data that outlives restarts and failovers, even to a replica that
   * lagged. It changes if the data were begun anew. Empty if they have none, because Redis is full
   * or a cluster.
   */
  DATA_ID,

  /**
   * A time of the server, in ms: four command timeouts ahead (8 s), which is when its caller is
   * answered at the latest. Bytes of a connection that was given up may reach the server minutes
   * later. So a script whose late coming would harm carries this, and begins by raising LATE if it
   * has passed: then nothing is written, and the call fails with UNAVAILABLE. The server's time is
   * asked for with each connection, every 5 s, and after each LATE; so a clock that was set forward
   * refuses what is under way, and no more. One set back by some time lets calls be late by as
   * much, for 5 s.
   */
  DEADLINE,

  /**
   * Hash tags of slots that the server serves, with blanks between them, see {@link ShardTags}.
   * Empty without a cluster, or if it serves none of them.
   */
  SHARD_TAG,

  /** 1 while the server has less than its {@link Reserve} left, otherwise 0. */
  FULL,

  /** The same for what a node reports on itself, which is refused later. */
  NEARLY_FULL
}
