/**
 * The contract of schemas: {@link dev.holdfast.channels.schemas.SchemaMessage}s register a tenant's
 * JSON Schemas per event and version.
 */
@NullMarked
package dev.holdfast.channels.schemas;

import org.jspecify.annotations.NullMarked;
