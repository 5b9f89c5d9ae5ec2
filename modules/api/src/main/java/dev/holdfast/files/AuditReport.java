package dev.holdfast.files;

import dev.holdfast.core.BusValue;

/**
 * The result of a comparison of records and content. It is clean if only {@code contents}, {@code
 * parts} and {@code files} are not zero.
 *
 * @param contents whole files in the storage
 * @param parts pieces of uploads in the storage
 * @param files records that are ready
 * @param orphans content and pieces of no file, left to grow old enough
 * @param removed those that were removed
 * @param missing files whose content is not there
 * @param stale reservations of no file that were given back
 * @param wrongTotals tenants whose quota is not the sum of what their files reserve
 */
public record AuditReport(
    long contents,
    long parts,
    long files,
    long orphans,
    long removed,
    long missing,
    long stale,
    long wrongTotals)
    implements BusValue {
  public static final AuditReport NOTHING = new AuditReport(0, 0, 0, 0, 0, 0, 0, 0);

  public boolean clean() {
    return orphans == 0 && removed == 0 && missing == 0 && stale == 0 && wrongTotals == 0;
  }

  public AuditReport plus(AuditReport other) {
    return new AuditReport(
        contents + other.contents,
        parts + other.parts,
        files + other.files,
        orphans + other.orphans,
        removed + other.removed,
        missing + other.missing,
        stale + other.stale,
        wrongTotals + other.wrongTotals);
  }
}
