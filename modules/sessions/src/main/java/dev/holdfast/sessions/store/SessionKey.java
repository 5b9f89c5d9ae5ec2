package dev.holdfast.sessions.store;

import dev.holdfast.sessions.SessionRef;

/**
 * A session's full address. Text form {@code tenant:session}, as in the indexes; a tenant's name
 * holds no colon.
 */
public record SessionKey(String tenant, String session) {
  public static SessionKey parse(String member) {
    int colon = member.indexOf(':');
    return new SessionKey(member.substring(0, colon), member.substring(colon + 1));
  }

  public static SessionKey of(SessionRef ref) {
    return new SessionKey(ref.tenant(), ref.session());
  }

  @Override
  public String toString() {
    return tenant + ":" + session;
  }
}
