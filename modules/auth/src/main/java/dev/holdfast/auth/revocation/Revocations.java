package dev.holdfast.auth.revocation;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.bounds.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The revocations that a node knows. Any thread may ask; the verticle alone changes them. Bounded
 * by what is in Redis, see {@link RevocationsVerticle#MOST}.
 */
public final class Revocations {
  /** An entry with its texts of 40 characters each, and its places in two maps. */
  static final long ENTRY_BYTES = 350;

  private final long leeway;
  private final Budget.Share bytes;
  private final Map<String, Map<String, Entry>> tenants = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();
  private Object walk = new Object();

  /**
   * @param walk the last walk through Redis that has found it
   */
  private record Entry(Noted noted, Object walk) {
    Revocation is() {
      return noted.revocation();
    }
  }

  /**
   * @param leeway seconds by which an issuer's clock may be ahead
   */
  Revocations(long leeway, Budget.Share bytes) {
    this.leeway = leeway;
    this.bytes = bytes;
  }

  /** Returns whether a token is revoked. One that does not say when it was issued is an old one. */
  public boolean has(Verified token) {
    Map<String, Entry> of = tenants.get(token.caller().tenant());
    return of != null
        && (concerns(of.get(Revocation.all()), token)
            || concerns(of.get(Revocation.user(token.caller().user())), token)
            || of.containsKey(Revocation.token(token.digest()))
            || isNamed(of, token.id())
            || isNamed(of, token.login()));
  }

  private static boolean isNamed(Map<String, Entry> of, @Nullable String id) {
    return id != null && of.containsKey(Revocation.token(id));
  }

  private boolean concerns(@Nullable Entry entry, Verified token) {
    return entry != null && token.issuedAt() - leeway <= entry.is().issuedUntil();
  }

  public int size() {
    return size.get();
  }

  int size(String tenant) {
    Map<String, Entry> of = tenants.get(tenant);
    return of == null ? 0 : of.size();
  }

  /** Returns the entry of the same tenant and subject; none: there is none. */
  @Nullable Noted like(Revocation wanted) {
    Map<String, Entry> of = tenants.get(wanted.tenant());
    Entry entry = of == null ? null : of.get(wanted.subject());
    return entry == null ? null : entry.noted();
  }

  /**
   * Notes what Redis has.
   *
   * @return whether more tokens are refused now
   */
  boolean note(Noted noted) {
    Revocation fresh = noted.revocation();
    Map<String, Entry> of =
        tenants.computeIfAbsent(fresh.tenant(), name -> new ConcurrentHashMap<>());
    Entry all = of.get(Revocation.all());
    if (!fresh.isOfTenant() && all != null && isIn(fresh, all)) {
      return false;
    }
    Entry before = of.get(fresh.subject());
    if (before != null && before.is().covers(fresh) && !fresh.covers(before.is())) {
      return false;
    }
    put(of, new Entry(before == null ? noted : noted.with(before.noted()), walk));
    return before == null || fresh.issuedUntil() > before.is().issuedUntil();
  }

  private void put(Map<String, Entry> of, Entry entry) {
    if (of.put(entry.is().subject(), entry) == null) {
      counted(1);
    }
  }

  private static boolean isIn(Revocation one, Entry all) {
    return all.is().covers(one);
  }

  private void counted(int more) {
    size.addAndGet(more);
    bytes.take(more * ENTRY_BYTES);
  }

  /**
   * Forgets what one for the whole tenant has made needless.
   *
   * @return ids of entries that Redis need not keep
   */
  List<String> forgetWithin(Revocation ofTenant) {
    Map<String, Entry> of = tenants.get(ofTenant.tenant());
    Entry all = of == null ? null : of.get(Revocation.all());
    List<String> ids = new ArrayList<>();
    if (of != null && all != null) {
      of.values().removeIf(one -> !one.is().isOfTenant() && isIn(one.is(), all) && left(one, ids));
    }
    return ids;
  }

  /**
   * Forgets what concerns no valid token any more.
   *
   * @param now ms since 1970
   * @return ids of entries that Redis need not keep
   */
  List<String> forgetPast(long now) {
    List<String> ids = new ArrayList<>();
    tenants
        .values()
        .forEach(of -> of.values().removeIf(one -> one.is().keptUntil() < now && left(one, ids)));
    tenants.values().removeIf(Map::isEmpty);
    return ids;
  }

  private boolean left(Entry entry, List<String> ids) {
    ids.add(entry.noted().id());
    counted(-1);
    return true;
  }

  /** Begins a walk through all that Redis has; what is noted from now on is there. */
  void walk() {
    walk = new Object();
  }

  /** Returns those that the walk did not find in Redis. */
  List<Revocation> lost() {
    List<Revocation> lost = new ArrayList<>();
    for (Map<String, Entry> of : tenants.values()) {
      of.values().stream().filter(one -> one.walk() != walk).forEach(one -> lost.add(one.is()));
    }
    return lost;
  }
}
