/**
 * Messages between a coordinator and its workers: JSON text messages over a WebSocket, one record
 * each. {@link dev.holdfast.loadtest.plan.ToWorker} goes out, {@link
 * dev.holdfast.loadtest.plan.FromWorker} comes back.
 */
@NullMarked
package dev.holdfast.loadtest.plan;

import org.jspecify.annotations.NullMarked;
