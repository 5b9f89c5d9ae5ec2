/**
 * Checks each publication against its tenant's JSON Schemas before it is appended: {@link
 * dev.holdfast.channels.schemas.engine.Schemas}.
 */
@NullMarked
package dev.holdfast.channels.schemas.engine;

import org.jspecify.annotations.NullMarked;
