package dev.holdfast.redis.topology;

/**
 * The master that a sentinel names.
 *
 * @param epoch the sentinel's configuration epoch of that master; a failover that succeeded has a
 *     greater one than those before it, and other sentinels take it over
 */
record Opinion(ServerAddress master, long epoch) {
  /**
   * The epoch of a sentinel that leads a failover: it has the new one at once, but names the server
   * of before until the replicas follow the new one. So it says nothing new meanwhile.
   */
  static final long BETWEEN = -1;

  @Override
  public String toString() {
    return master + (epoch == BETWEEN ? " (in a failover)" : " (config epoch " + epoch + ")");
  }
}
