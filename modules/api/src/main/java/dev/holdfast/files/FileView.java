package dev.holdfast.files;

import dev.holdfast.core.BusValue;
import org.jspecify.annotations.Nullable;

/**
 * A file as it stands in the store. Times are Redis times in ms.
 *
 * @param owner the user whose it is
 * @param session that it belongs to, if any
 * @param run that it belongs to, if any
 * @param size bytes that it has, or will have
 * @param offset bytes that have arrived; {@code size} once it is ready
 * @param sha256 64 hex digits; none while it is uploaded
 * @param declaredType what its uploader said that it is; none: it said nothing
 * @param type what its content shows; none while it is uploaded
 * @param version rises with each change, from 1
 * @param expires when it ends; 0: when it is deleted. Of an upload: when it is given up, if nothing
 *     more comes
 */
public record FileView(
    String tenant,
    String file,
    String owner,
    @Nullable String session,
    @Nullable String run,
    String name,
    long size,
    long offset,
    @Nullable String sha256,
    @Nullable String declaredType,
    @Nullable String type,
    boolean ready,
    long version,
    long created,
    long expires)
    implements BusValue {
  /** Returns the same upload with another offset. */
  FileView at(long otherOffset) {
    return new FileView(
        tenant,
        file,
        owner,
        session,
        run,
        name,
        size,
        otherOffset,
        sha256,
        declaredType,
        type,
        ready,
        version,
        created,
        expires);
  }
}
