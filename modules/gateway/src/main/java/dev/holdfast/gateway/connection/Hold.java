package dev.holdfast.gateway.connection;

/** Reasons to read nothing from a client; each is taken back separately. */
public enum Hold {
  /** The hello is being answered. */
  GREETING,
  /** The client publishes faster than it may. */
  PACE,
  /** Too many bytes of its requests, or too many subscriptions, are unanswered. */
  ROOM,
  /** Another token is being checked. */
  REFRESH,
  /** The client does not take what it is sent. */
  BLOCKED
}
