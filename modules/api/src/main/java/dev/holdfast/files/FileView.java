package dev.holdfast.files;

import dev.holdfast.core.BusValue;

/**
 * A file as it stands in the store. Times are Redis times in ms.
 *
 * @param owner the user whose it is
 * @param session that it belongs to, or null
 * @param run that it belongs to, or null
 * @param size bytes that it has, or will have
 * @param offset bytes that have come; {@code size} once it is ready
 * @param sha256 64 hex digits; null while it is uploaded
 * @param declaredType what its uploader said that it is, or null
 * @param type what its content shows; null while it is uploaded
 * @param version rises with each change, from 1
 * @param expires when it ends; 0: when it is deleted. Of an upload: when it is given up, if nothing
 *     more comes
 */
public record FileView(
    String tenant,
    String file,
    String owner,
    String session,
    String run,
    String name,
    long size,
    long offset,
    String sha256,
    String declaredType,
    String type,
    boolean ready,
    long version,
    long created,
    long expires)
    implements BusValue {
  /** The same upload with so many bytes come. */
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
