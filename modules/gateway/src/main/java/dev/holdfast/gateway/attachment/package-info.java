/**
 * The sessions that connections hold. {@link dev.holdfast.gateway.attachment.ConnectionDirectory}
 * is the node's list of them; {@code CursorBatcher} stores their cursors, {@code Holds} compares
 * them with the records, {@code Detacher} detaches them, {@code Attachments} is all of that for one
 * event loop. They know a connection by {@code Holder} and {@code HeldSession} alone.
 */
@NullMarked
package dev.holdfast.gateway.attachment;

import org.jspecify.annotations.NullMarked;
