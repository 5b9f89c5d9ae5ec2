package dev.holdfast.limits.runs;

/** Limits of runs of agents, each held by the script that counts what it limits. */
public enum RunLimit {
  /** Active runs of a user. */
  USER_RUNS("userRuns"),
  /** Active runs of a tenant. */
  TENANT_RUNS("tenantRuns"),
  /** Runs that a user starts within a minute. */
  STARTS("startsPerMinute"),
  /** Bytes of the inputs of these, but for a single one. */
  START_BYTES("startBytesPerMinute"),
  /** Tokens of models that a user's runs take on a day of UTC. */
  USER_TOKENS("userTokensPerDay"),
  /** The same of a tenant. */
  TENANT_TOKENS("tenantTokensPerDay");

  private final String key;

  RunLimit(String key) {
    this.key = key;
  }

  /** Returns the name in a node's settings; a tenant's begin with {@code runs.}. */
  public String key() {
    return key;
  }
}
