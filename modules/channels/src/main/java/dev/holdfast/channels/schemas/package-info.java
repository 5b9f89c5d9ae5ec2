/**
 * A tenant's JSON Schemas per event and version: {@link
 * dev.holdfast.channels.schemas.SchemasClient} registers them, {@link
 * dev.holdfast.channels.schemas.Schemas} holds each publication against them before it is appended.
 */
package dev.holdfast.channels.schemas;
