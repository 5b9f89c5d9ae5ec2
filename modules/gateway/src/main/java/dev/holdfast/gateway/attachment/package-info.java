/**
 * The sessions that connections hold. {@link dev.holdfast.gateway.attachment.ConnectionDirectory}
 * is the node's list of them; {@code CursorBatcher} stores their cursors, {@code Holds} compares
 * them with the records, {@code Detacher} lets go of them, {@code Attachments} is all of that for
 * one event loop. Of a connection they know what {@code Holder} and {@code HeldSession} say.
 */
@NullMarked
package dev.holdfast.gateway.attachment;

import org.jspecify.annotations.NullMarked;
