/**
 * Limits the amount that tenants and users retain, over the whole cluster. Appends answer with
 * their changes. Nodes add these up ({@code Share}) and report them to Redis now and then ({@code
 * RetainedStore}), where they claim room ahead of need. So a publication costs no command of its
 * own.
 */
@NullMarked
package dev.holdfast.channels.retained;

import org.jspecify.annotations.NullMarked;
