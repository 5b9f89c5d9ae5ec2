package dev.holdfast.gateway.connection;

/** The reasons to read nothing from a client; each is taken back for itself. */
public enum Hold {
  /** The hello is being answered. */
  GREETING,
  /** It publishes faster than it may. */
  PACE,
  /** Too much of what it asked is unanswered. */
  ROOM,
  /** It does not take what it is sent. */
  BLOCKED
}
