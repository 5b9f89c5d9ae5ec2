package dev.holdfast.auth.revocation;

/**
 * A revocation as it is in Redis.
 *
 * @param id of its entry in the stream
 */
record Noted(String id, Revocation revocation) {
  /** Returns one that covers another of the same tenant and subject, too. */
  Noted with(Noted other) {
    return new Noted(id, revocation.with(other.revocation));
  }
}
