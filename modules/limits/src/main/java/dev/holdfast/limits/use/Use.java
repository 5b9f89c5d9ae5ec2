package dev.holdfast.limits.use;

/** What is counted of a tenant's days. */
public enum Use {
  /** Connections that were opened: WebSockets and streams of events. */
  CONNECTS("connects", false),
  /** Connections open at a time. */
  CONNECTIONS("connections", true),
  /** Publications that were taken, of users and services; not Holdfast's own. */
  PUBLICATIONS("publications", false),
  /** Bytes of their data. */
  PUBLISHED("publishedBytes", false),
  /** Bytes of frames and bodies that came. */
  IN("bytesIn", false),
  /** Bytes of frames and answers that went out. */
  OUT("bytesOut", false),
  /** Bytes of publications that are retained, as limits count them. */
  RETAINED("retainedBytes", true),
  /** Bytes of files, as quotas count them. */
  FILES("fileBytes", true),
  /** Runs of agents that ended. */
  RUNS("runs", false),
  /** Tokens of models that these runs took, as their terminal events report them. */
  TOKENS("tokens", false);

  private final String key;
  private final boolean peak;

  Use(String key, boolean peak) {
    this.key = key;
    this.peak = peak;
  }

  /** Returns the name in Redis and in answers. */
  public String key() {
    return key;
  }

  /** Returns whether the most of a day counts, and not the sum. */
  public boolean isPeak() {
    return peak;
  }
}
