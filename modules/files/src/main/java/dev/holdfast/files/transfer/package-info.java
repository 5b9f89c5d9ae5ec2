/**
 * Content between streams and the storage, for a node's HTTP edge: {@link
 * dev.holdfast.files.transfer.Transfers} asks the service and then moves bytes, {@code
 * UploadWriter} is one body on its way to the disk, {@code Checksum} what it has to be.
 */
@NullMarked
package dev.holdfast.files.transfer;

import org.jspecify.annotations.NullMarked;
