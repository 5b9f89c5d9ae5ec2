package dev.holdfast.auth.issuers;

import dev.holdfast.auth.config.IssuerSettings;
import dev.holdfast.auth.config.StoredIssuer;
import dev.holdfast.core.bounds.Budget;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of issuers that a node knows. Any thread may ask; the verticle alone changes them.
 * Bounded by what is in Redis, and so are the records of removed ones: the newest are kept.
 */
final class KnownIssuers {
  private static final Logger LOG = LoggerFactory.getLogger(KnownIssuers.class);

  private final Budget.Share bytes;
  private final ConcurrentSkipListMap<String, IssuerRecord> records = new ConcurrentSkipListMap<>();

  KnownIssuers(Budget.Share bytes) {
    this.bytes = bytes;
  }

  /** Returns the newest record of an issuer that is known, also of a removed one. */
  @Nullable IssuerRecord get(String issuer) {
    return records.get(issuer);
  }

  /** Returns those that are not removed, by name. */
  List<IssuerRecord> live() {
    return records.values().stream().filter(record -> !record.isRemoved()).toList();
  }

  /** Returns those whose settings this build understands: the tokens of others are refused. */
  Collection<StoredIssuer> usable() {
    List<StoredIssuer> usable = new ArrayList<>();
    for (IssuerRecord one : live()) {
      try {
        usable.add(new StoredIssuer(IssuerSettings.read(one.settings()), one.born()));
      } catch (IllegalArgumentException e) {
        LOG.warn("Issuer {} is not taken: {}", one.issuer(), e.getMessage());
      }
    }
    return usable;
  }

  /**
   * Notes a record, unless a newer one is known.
   *
   * @return whether the newer one is known
   */
  boolean note(IssuerRecord record) {
    IssuerRecord known = records.get(record.issuer());
    if (known != null && record.n() < known.n()) {
      return true;
    }
    records.put(record.issuer(), record);
    bytes.take(record.bytes());
    bytes.give(known == null ? 0 : known.bytes());
    return false;
  }

  /**
   * Notes all that Redis has. A record that is missing, or older than the one that is known, is
   * lost, whatever was changed since; but of removed issuers only the newest are kept anywhere.
   *
   * @return those that Redis has lost, oldest first: they stay known
   */
  List<IssuerRecord> noteAll(Map<String, IssuerRecord> found) {
    found.values().forEach(this::note);
    forgetOldest();
    return records.values().stream()
        .filter(known -> isLost(known, found.get(known.issuer())))
        .sorted(Comparator.comparingLong(IssuerRecord::n))
        .toList();
  }

  private static boolean isLost(IssuerRecord known, @Nullable IssuerRecord found) {
    return found == null || found.n() < known.n();
  }

  private void forgetOldest() {
    records.values().stream()
        .filter(IssuerRecord::isRemoved)
        .sorted(Comparator.comparingLong(IssuerRecord::n).reversed())
        .skip(IssuerStore.MOST_REMOVED)
        .forEach(
            old -> {
              records.remove(old.issuer());
              bytes.give(old.bytes());
            });
  }
}
