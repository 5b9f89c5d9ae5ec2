/**
 * How much tenants and users retain, over the cluster, and whether there may be more. Appends say
 * what changes; nodes add that up ({@code Share}), and report it to Redis now and then ({@code
 * RetainedStore}), where they claim room ahead of need: so a publication costs no command.
 */
@NullMarked
package dev.holdfast.channels.retained;

import org.jspecify.annotations.NullMarked;
