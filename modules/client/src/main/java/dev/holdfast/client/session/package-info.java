/**
 * A session as an application sees it: its options, its state, events and gaps with their cursors,
 * and the outcomes of publications. The session itself is in {@code dev.holdfast.client.protocol}.
 */
@NullMarked
package dev.holdfast.client.session;

import org.jspecify.annotations.NullMarked;
