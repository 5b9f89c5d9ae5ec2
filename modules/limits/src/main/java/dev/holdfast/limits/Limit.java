package dev.holdfast.limits;

/** Things that are limited, for a tenant as a whole and for each of its users. */
public enum Limit {
  /** Connections opened per second. */
  CONNECTS("connects", Kind.RATE),
  PUBLICATIONS("publications", Kind.RATE),
  /** Bytes per second that frames and bodies bring. */
  BYTES("bytes", Kind.RATE),
  /** Frames and HTTP requests per second, of any type. */
  REQUESTS("requests", Kind.RATE),
  /** Connections open at a time: WebSockets and streams of events. */
  CONNECTIONS("connections", Kind.COUNT),
  /** Sessions that live, attached or not. */
  SESSIONS("sessions", Kind.KEPT),
  /** Channels that open connections read, besides their sessions' own three. */
  SUBSCRIPTIONS("subscriptions", Kind.COUNT),
  /** Channels that retain a publication. */
  RETAINED_CHANNELS("retainedChannels", Kind.KEPT),
  /** Bytes of publications that are retained. */
  RETAINED_BYTES("retainedBytes", Kind.KEPT);

  /** The way in which a limit is held. */
  public enum Kind {
    /**
     * Held by tokens that nodes take from a bucket in Redis. The burst is a quarter of a second's
     * worth.
     */
    RATE,
    /** Held by places that nodes claim in Redis. */
    COUNT,
    /** Held by the scripts that write what is counted. */
    KEPT
  }

  private final String key;
  private final Kind kind;

  Limit(String key, Kind kind) {
    this.key = key;
    this.kind = kind;
  }

  /** Returns the name in settings, keys and errors. */
  public String key() {
    return key;
  }

  public Kind kind() {
    return kind;
  }
}
