/**
 * The publishing and asking side of a worker: {@link
 * dev.holdfast.loadtest.worker.publish.PublishVerticle} has an event loop's share of flows and
 * calls. A {@code FlowRun} decides when a publication is due, an {@code PublicationSink} (bus or
 * HTTP) takes it, a {@code CallRun} asks the registry.
 */
@NullMarked
package dev.holdfast.loadtest.worker.publish;

import org.jspecify.annotations.NullMarked;
